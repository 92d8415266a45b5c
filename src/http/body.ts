import { parseJson } from "../contract/json.ts";
import type { Guard } from "./app-env.ts";
import { renderProblem } from "./problem.ts";

/** Largest body of a request, unless the route takes more (docs/api.md#errors). */
const BODY_BYTES_MAX = 64 * 1024;

const JSON_MEDIA_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Refuses a body that is not JSON by its media type, or too large, before a dearer check reads it. */
export const jsonBodyUpTo =
  (bytesMax = BODY_BYTES_MAX): Guard =>
  async (c) => {
    if (!JSON_MEDIA_TYPE.test(c.req.header("Content-Type")?.trim() ?? "")) {
      return renderProblem(c, {
        code: "unsupported_media_type",
        detail: "Send Content-Type: application/json.",
      });
    }
    const encoding = c.req.header("Content-Encoding") ?? "identity";
    if (encoding.trim().toLowerCase() !== "identity") {
      return renderProblem(c, {
        code: "unsupported_media_type",
        detail: "Send the body without Content-Encoding.",
      });
    }
    const declared = c.req.header("Content-Length");
    const body = /^\d+$/.test(declared ?? "")
      ? await readDeclared(c.req.raw, Number(declared), bytesMax)
      : await readBounded(c.req.raw.body, bytesMax);
    if (body === "too_large") {
      const detail = `The body must be at most ${bytesMax} bytes.`;
      return renderProblem(c, { code: "payload_too_large", detail });
    }
    if (body === "cut_off") {
      return renderProblem(c, {
        code: "malformed_json",
        detail: "The connection ended before the whole body arrived.",
      });
    }
    c.set("body_bytes", body);
    return undefined;
  };

/** Reads a body whose length is stated. The platform delivers no more than was stated, in one piece and fast. */
async function readDeclared(
  request: Request,
  length: number,
  max: number,
): Promise<Uint8Array | "too_large" | "cut_off"> {
  if (length > max) return "too_large";
  try {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length > max ? "too_large" : bytes;
  } catch {
    return "cut_off";
  }
}

/**
 * Reads a body up to the limit; a chunked body states no length. A stream that fails is a caller who hung up, which
 * is no failure of the service and raises no alarm.
 */
export async function readBounded(
  stream: ReadableStream<Uint8Array> | null,
  max: number,
): Promise<Uint8Array<ArrayBuffer> | "too_large" | "cut_off"> {
  if (!stream) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > max) return "too_large";
      chunks.push(chunk);
    }
  } catch {
    return "cut_off";
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The text of a body, or null for bytes that are not UTF-8: they are refused, never replaced. */
export function utf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Parses the body that `jsonBodyUpTo` has read. */
export const parsedBody: Guard = (c) => {
  const text = utf8(c.get("body_bytes"));
  if (text === null) {
    return renderProblem(c, { code: "malformed_json", detail: "The body is not valid UTF-8." });
  }
  const parsed = parseJson(text);
  if (!parsed.ok) return renderProblem(c, { code: "malformed_json", detail: `${parsed.error}.` });
  c.set("body", parsed.value);
  return undefined;
};
