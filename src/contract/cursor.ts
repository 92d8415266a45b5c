import * as z from "zod";

/**
 * Where a page ended: the sort column's value as text (null for an SQL NULL, or where the tie-breakers alone are the
 * order), and the tie-breakers, which tell any two rows of a tenant apart.
 */
export interface Position {
  readonly key: string | null;
  readonly ties: readonly number[];
}

const TAG_BYTES = 12;

const cursorSchema = z.tuple([z.string(), z.union([z.string(), z.null()]), z.array(z.int()).max(3)]);

/**
 * Writes a position as an opaque base64url text that fits one query only. `query` names whose page it is, and the
 * table, filters and order that it came from. The tag is a digest and holds no secret: it keeps a cursor from being
 * used by mistake with another query, where it would skip rows in silence. It need not keep anyone out, because
 * the tenant's condition is in every statement whatever a cursor says.
 */
export async function encodeCursor(query: string, { key, ties }: Position): Promise<string> {
  const tag = await tagOf(query, { key, ties });
  return toBase64url(new TextEncoder().encode(JSON.stringify([tag, key, ties])));
}

/** Reads a cursor of this very query; null for one of another query, a damaged one, and any other text. */
export async function decodeCursor(query: string, text: string): Promise<Position | null> {
  const parsed = cursorSchema.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const [, key, ties] = parsed.data;
  const position = { key, ties };
  // Compares the tag, and with it the spelling: base64url and JSON have several for one position.
  return (await encodeCursor(query, position)) === text ? position : null;
}

async function tagOf(query: string, { key, ties }: Position): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([query, key, ties]));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return toBase64url(new Uint8Array(digest).slice(0, TAG_BYTES));
}

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
