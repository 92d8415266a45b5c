import type { AttemptError } from "../domain/core/webhook.ts";
import { parseRetryAfter } from "./retry.ts";

export type SendRequest = (url: string, init: RequestInit) => Promise<Response>;

/** The deadline for the whole answer. */
const ATTEMPT_MS = 10_000;
/** The most bytes of an answer that are read. None of them are ever shown. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** The outcome of one request to a receiver. */
export interface Attempt {
  readonly delivered: boolean;
  /** The status of the answer; null if there was none. */
  readonly status: number | null;
  readonly error: AttemptError | null;
  readonly duration_ms: number;
  /** The milliseconds that the receiver asked to wait; 0 where it did not ask. */
  readonly retry_after: number;
}

interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one request and reads its answer to the end, within 10 s. Follows no redirect; never throws. */
export async function attempt(
  fetcher: SendRequest,
  { url, headers, body }: Delivery,
  now: () => number,
): Promise<Attempt> {
  const start = now();
  const abort = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    abort.abort();
    late.reject(abort.signal.reason);
  }, ATTEMPT_MS);
  const result = (error: AttemptError | null, answer?: Response): Attempt => ({
    delivered: error === null,
    status: answer?.status ?? null,
    error,
    duration_ms: now() - start,
    retry_after: parseRetryAfter(answer?.headers.get("Retry-After"), now()),
  });
  try {
    const init: RequestInit = { method: "POST", redirect: "manual", headers, body, signal: abort.signal };
    // A fetch that ignores its signal must not delay the turn.
    const answer = await Promise.race([exchange(fetcher, url, init), late.promise]);
    if (answer.ok) return result(null, answer);
    return result(answer.status < 400 ? "redirect" : "status", answer);
  } catch (error) {
    return result(abort.signal.aborted ? "timeout" : connectionError(error));
  } finally {
    clearTimeout(timer);
  }
}

/** Sends the request and reads the answer's body to its end. */
async function exchange(fetcher: SendRequest, url: string, init: RequestInit): Promise<Response> {
  const answer = await fetcher(url, init);
  const reader = answer.body?.getReader();
  for (let bytes = 0; reader && bytes < ANSWER_BYTES_MAX; ) {
    const { value, done } = await reader.read();
    if (done) return answer;
    bytes += value.length;
  }
  await reader?.cancel();
  return answer;
}

/** The runtime gives only a message for a failed connection, no code. */
function connectionError(error: unknown): AttemptError {
  return /\b(?:tls|ssl|certificate|handshake)\b/i.test(String(error)) ? "tls" : "connection";
}
