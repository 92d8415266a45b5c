import { SaxesParser, type SaxesTagPlain } from "saxes";
import { Unreadable } from "../files/unreadable.ts";

/** What a reader of an XML part wants to know; names come without their prefix. */
interface XmlHandlers {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text?: (text: string) => void;
  readonly close?: (name: string) => void;
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/**
 * Reads a part of a workbook as it comes, and yields after each chunk. XML that is not well-formed, or ends early, is
 * refused: a row that is not there must not be missed in silence.
 */
export async function* readXml(
  bytes: AsyncIterable<Buffer>,
  name: string,
  { open, text, close }: XmlHandlers,
): AsyncGenerator<void> {
  const parser = new SaxesParser();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag: SaxesTagPlain) => open(localName(tag.name), tag.attributes));
  if (text) {
    parser.on("text", text);
    parser.on("cdata", text);
  }
  if (close) parser.on("closetag", (tag: SaxesTagPlain) => close(localName(tag.name)));
  for await (const chunk of bytes) {
    feed(() => parser.write(decoder.decode(chunk, { stream: true })), name);
    yield;
  }
  feed(() => parser.write(decoder.decode()).close(), name);
  yield;
}

function feed(step: () => unknown, name: string): void {
  try {
    step();
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(`${name} is a broken workbook: ${error instanceof Error ? error.message : error}.`);
  }
}

/** Reads a small part to its end. */
export async function readWhole(
  bytes: AsyncIterable<Buffer>,
  name: string,
  handlers: XmlHandlers,
): Promise<void> {
  for await (const _ of readXml(bytes, name, handlers));
}

/** Text of a workbook writes some characters as `_x000D_`. */
export const unescaped = (text: string): string =>
  text.includes("_x")
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
    : text;
