import type { Guard } from "./app-env.ts";
import { readBounded } from "./body.ts";
import { gunzip } from "./gzip.ts";
import { renderProblem } from "./problem.ts";

/** Largest batch, unpacked (docs/api.md#batches). */
const BATCH_BYTES_MAX = 2 * 1024 * 1024;

const NDJSON_MEDIA_TYPE = /^application\/x-ndjson\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Incompressible bytes grow by their frame when they are packed. */
const PACKED_BYTES_MAX = BATCH_BYTES_MAX + 64 * 1024;

/**
 * Refuses a body that is not newline-delimited JSON by its media type, or too large. A compressed body is counted while
 * it is unpacked, over all its members, and the unpacking stops where the limit is passed.
 */
export const ndjsonBodyOnly: Guard = async (c) => {
  const refuse = (code: "unsupported_media_type" | "payload_too_large" | "malformed_json", detail: string) =>
    renderProblem(c, { code, detail });
  if (!NDJSON_MEDIA_TYPE.test(c.req.header("Content-Type")?.trim() ?? "")) {
    return refuse("unsupported_media_type", "Send Content-Type: application/x-ndjson.");
  }
  const encoding = (c.req.header("Content-Encoding") ?? "identity").trim().toLowerCase();
  if (encoding !== "identity" && encoding !== "gzip") {
    return refuse("unsupported_media_type", "Send the body as it is, or with Content-Encoding: gzip.");
  }
  const sent = c.req.raw.body;
  const body = encoding === "gzip" ? await unpacked(sent) : await readBounded(sent, BATCH_BYTES_MAX);
  if (body === "too_large") {
    return refuse("payload_too_large", `The batch must be at most ${BATCH_BYTES_MAX} bytes, unpacked.`);
  }
  if (body === "cut_off") {
    return refuse(
      "malformed_json",
      "The body is not valid gzip, or the connection ended before all of it arrived.",
    );
  }
  c.set("body_bytes", body);
  return undefined;
};

async function unpacked(
  sent: ReadableStream<Uint8Array> | null,
): Promise<Uint8Array | "too_large" | "cut_off"> {
  const packed = await readBounded(sent, PACKED_BYTES_MAX);
  return typeof packed === "string" ? packed : gunzip(packed, BATCH_BYTES_MAX);
}
