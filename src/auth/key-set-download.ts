import { readKeySet } from "../config/key-set.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { type KeySet, keySetOf } from "./verification-key.ts";

export const KEY_SET_BYTES_MAX = 256 * 1024;

/** The part of `fetch` that a key set needs; tests pass their own issuer. */
export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

/** Why a key set could not be had, for the log. */
export interface DownloadFault {
  readonly reason: string;
}

/** Reads at most KEY_SET_BYTES_MAX decoded bytes, so that a compressed bomb is cut off too; null when there are more. */
async function boundedBody(response: Response): Promise<Uint8Array | null> {
  if (response.body === null) return new Uint8Array();
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.byteLength;
    if (length > KEY_SET_BYTES_MAX) {
      await reader.cancel();
      return null;
    }
    chunks.push(next.value);
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}

async function readResponse(response: Response): Promise<Result<KeySet, DownloadFault>> {
  // A redirect is no key set: following one would let anyone who controls an open redirect at the issuer choose the keys.
  if (response.status !== 200) {
    await response.body?.cancel();
    return err({ reason: `the issuer answered ${response.status}` });
  }
  const body = await boundedBody(response);
  if (body === null) return err({ reason: "the key set is too large" });
  const set = readKeySet(new TextDecoder().decode(body));
  if (!set.ok) return err({ reason: `the key set ${set.error}` });
  if (set.value.keys.length === 0) return err({ reason: "the key set holds no usable key" });
  return ok(keySetOf(set.value.keys));
}

/**
 * One attempt to fetch the key set, answering within `timeoutMs` in any case: an abort without a timer would trust the fetcher
 * and the body stream to heed it. Never rejects.
 */
export async function downloadKeySet(
  url: string,
  fetcher: Fetcher,
  timeoutMs: number,
): Promise<Result<KeySet, DownloadFault>> {
  const abort = new AbortController();
  const { promise: timedOut, resolve: expire } = Promise.withResolvers<Result<KeySet, DownloadFault>>();
  const timer = setTimeout(() => {
    expire(err({ reason: `the issuer did not answer within ${timeoutMs} ms` }));
    abort.abort();
  }, timeoutMs);
  const attempt = async (): Promise<Result<KeySet, DownloadFault>> => {
    const response = await fetcher(url, {
      headers: { accept: "application/jwk-set+json, application/json" },
      redirect: "manual",
      signal: abort.signal,
    });
    return readResponse(response);
  };
  try {
    return await Promise.race([attempt(), timedOut]);
  } catch {
    return err({ reason: "the issuer could not be reached" });
  } finally {
    clearTimeout(timer);
  }
}
