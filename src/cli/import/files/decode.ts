import { isUtf8 } from "node:buffer";
import { Unreadable } from "./unreadable.ts";

const LF = 0x0a;
const UTF_8 = "utf-8";

/** Byte order marks, and the encodings that they say. */
const MARKS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], UTF_8],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

const MARK_BYTES_MAX = 3;

/** True for a name that the platform's decoder knows. */
export function isEncoding(name: string): boolean {
  try {
    new TextDecoder(name);
    return true;
  } catch {
    return false;
  }
}

/** The bytes of a sequence that a chunk ends in the middle of. */
function openSequence(chunk: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, chunk.length); back += 1) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? chunk.subarray(chunk.length - back) : Buffer.of();
    }
  }
  return Buffer.of();
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return lines;
}

/** How many lines of the bytes are read before the first one that is not UTF-8. */
function linesBeforeFlaw(bytes: Buffer): number {
  let [lines, from] = [0, 0];
  for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
    if (!isUtf8(bytes.subarray(from, end))) return lines;
    [lines, from] = [lines + 1, end + 1];
  }
  return lines;
}

const NOT_UTF_8 = (name: string, line: number) =>
  `${name} is not UTF-8: line ${line}. Say how it is encoded, for example --encoding windows-1252.`;
const BINARY = (name: string, line: number) =>
  `${name} is no text: line ${line} has a zero byte. If it is UTF-16, say --encoding utf-16le.`;

/**
 * The bytes as text, strictly: bytes that the encoding does not have are never replaced. A byte order mark says the
 * encoding and wins over the option. Throws `Unreadable` with the line.
 */
export async function* decoded(
  chunks: AsyncIterable<Buffer>,
  name: string,
  encoding: string | null,
): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let [line, open] = [1, Buffer.of()];
  const textOf = (chunk: Buffer | null): string => {
    try {
      return decoder?.decode(chunk ?? undefined, { stream: chunk !== null }) ?? "";
    } catch {
      const isStandard = decoder?.encoding === UTF_8;
      const flawed = line + (isStandard && chunk ? linesBeforeFlaw(Buffer.concat([open, chunk])) : 0);
      if (isStandard && chunk?.includes(0)) throw new Unreadable(BINARY(name, flawed));
      throw new Unreadable(
        isStandard ? NOT_UTF_8(name, flawed) : `${name} is not ${decoder?.encoding}: after line ${flawed}.`,
      );
    }
  };
  for await (const chunk of withFirstBytes(chunks)) {
    decoder ??= new TextDecoder(markOf(chunk) ?? encoding ?? UTF_8, { fatal: true, ignoreBOM: false });
    const text = textOf(chunk);
    const zero = text.indexOf("\u0000");
    if (zero >= 0) throw new Unreadable(BINARY(name, line + text.slice(0, zero).split("\n").length - 1));
    line += countLines(chunk);
    open = openSequence(chunk);
    if (text !== "") yield text;
  }
  const rest = textOf(null);
  if (rest !== "") yield rest;
}

const markOf = (chunk: Buffer): string | undefined =>
  MARKS.find(([bytes]) => bytes.every((byte, index) => chunk[index] === byte))?.[1];

/** The chunks, the first of them long enough for a byte order mark. */
async function* withFirstBytes(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = Buffer.of();
  let isLongEnough = false;
  for await (const chunk of chunks) {
    if (isLongEnough) {
      yield chunk;
      continue;
    }
    first = Buffer.concat([first, chunk]);
    isLongEnough = first.length >= MARK_BYTES_MAX;
    if (isLongEnough) yield first;
  }
  if (!isLongEnough && first.length > 0) yield first;
}
