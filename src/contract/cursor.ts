import * as z from "zod";
import type { PageStart } from "../domain/core/lookup.ts";
import { sha256 } from "../domain/log/hash.ts";

const TAG_BYTES = 12;

const values = z.array(z.string().nullable()).max(4);
const stretchSchema = z.object({ from: values, to: values.nullable(), next: values.nullable() });
const cursorSchema = z.tuple([z.string(), values.nullable(), stretchSchema.nullable()]);

/**
 * Writes where a page starts as an opaque base64url text that fits one query only. `query` names whose page it is, and the
 * table, filters and order that it came from. The tag is a digest and holds no secret: it keeps a cursor from being
 * used by mistake with another query, where it would skip rows in silence. It need not keep anyone out, because
 * the tenant's condition is in every statement, so a cursor cannot change it.
 */
export function encodeCursor(query: string, { after, stretch }: PageStart): string {
  const edges = stretch && { from: stretch.from, to: stretch.to, next: stretch.next };
  const tag = tagOf(JSON.stringify([query, after, edges]));
  return toBase64url(new TextEncoder().encode(JSON.stringify([tag, after, edges])));
}

/** Reads a cursor of this very query; null for one of another query, a damaged one, and any other text. */
export function decodeCursor(query: string, text: string): PageStart | null {
  const parsed = cursorSchema.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const [, after, stretch] = parsed.data;
  const start = { after, stretch };
  // Compares the tag, and with it the spelling: base64url and JSON have several for one cursor.
  return encodeCursor(query, start) === text ? start : null;
}

const tagOf = (text: string): string => toBase64url(Uint8Array.fromHex(sha256(text).slice(0, 2 * TAG_BYTES)));

function jsonOf(text: string): unknown {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return null;
  }
}

function toBase64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
