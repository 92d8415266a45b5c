import { parse, stringify } from "lossless-json";
import { type Exact, numberText } from "./format.ts";
import { freshToken } from "./session.ts";

/** Why a request failed, in the members of RFC 9457 that a reader needs. */
export interface RequestProblem {
  /** The API's code, `stopped` when the reader stopped the request, or `unreachable` when no answer came. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly trace_id: string | null;
  readonly errors: readonly { readonly field: string; readonly message: string }[];
  /** Seconds until a retry, if the service names them. */
  readonly retry_after: number | null;
}

export type Fetched<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: RequestProblem };

export const STOPPED: RequestProblem = problemOf("stopped", "Stopped", "You stopped this.");

/** Sends a GET to the API. Numbers of the answer are LosslessNumbers: no digit is lost. */
export async function get<T>(
  path: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Fetched<T>> {
  const response = await request(path, "application/json", signal, { headers });
  return response.ok ? read<T>(response.value, signal) : response;
}

/** The same with the answer's ETag: a change of what was read names it. */
export async function getVersion<T>(
  path: string,
  signal: AbortSignal,
): Promise<Fetched<{ readonly data: T; readonly etag: string }>> {
  const response = await request(path, "application/json", signal);
  if (!response.ok) return response;
  const answer = await read<T>(response.value, signal);
  if (!answer.ok) return answer;
  return { ok: true, value: { data: answer.value, etag: response.value.headers.get("ETag") ?? "" } };
}

/**
 * Asks a question that may take several requests: the service answers 202 with its progress, and the same request
 * continues from there (docs/api.md#positions).
 */
export async function getWalked<T>(
  path: string,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<Fetched<T>> {
  for (;;) {
    const response = await request(path, "application/json", signal);
    if (!response.ok) return response;
    if (response.value.status !== 202) return read<T>(response.value, signal);
    const far = await read<{ readonly disbursements_done: Exact }>(response.value, signal);
    if (!far.ok) return far;
    progress(`${numberText(far.value.disbursements_done)} disbursements read so far …`);
  }
}

async function read<T>(response: Response, signal: AbortSignal): Promise<Fetched<T>> {
  try {
    return { ok: true, value: parse(await response.text()) as T };
  } catch (error) {
    return { ok: false, problem: signal.aborted ? STOPPED : unreachable(error) };
  }
}

/** A request that may change something. `key` is its Idempotency-Key, where the route takes one. */
export interface Sent {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
  /** What it expects of the thing that it changes: the ETag that it had, or that there is none. */
  readonly expected?: { readonly "If-Match": string } | { readonly "If-None-Match": "*" };
}

/** Sends what changes something. Null is the answer of a route that answers without a body. */
export async function sendChange<T>(sent: Sent, signal: AbortSignal): Promise<Fetched<T | null>> {
  const headers: Record<string, string> = { ...sent.expected };
  if (sent.body !== undefined) headers["Content-Type"] = "application/json";
  if (sent.key !== undefined) headers["Idempotency-Key"] = sent.key;
  const { method, path, body } = sent;
  const response = await request(path, "application/json", signal, { method, body, headers });
  if (!response.ok) return response;
  return response.value.status === 204 ? { ok: true, value: null } : read<T>(response.value, signal);
}

/** What a request has besides its path; without a method it is a GET. */
interface Further {
  readonly method?: Sent["method"];
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a GET, or another request, for any media type. An answer other than 2xx becomes its problem. */
export async function request(
  path: string,
  accept: string,
  signal: AbortSignal,
  further: Further = {},
): Promise<Fetched<Response>> {
  const { method = "GET", body } = further;
  const headers = {
    ...further.headers,
    Accept: accept,
    Authorization: `Bearer ${(await freshToken()) ?? ""}`,
  };
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      body: body === undefined ? null : (stringify(body) ?? null),
      headers,
      signal,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
  } catch (error) {
    return { ok: false, problem: signal.aborted ? STOPPED : unreachable(error) };
  }
  return response.ok
    ? { ok: true, value: response }
    : { ok: false, problem: readProblem(response, await response.text().catch(() => "")) };
}

function readProblem(response: Response, text: string): RequestProblem {
  const retry = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const retry_after = Number.isFinite(retry) ? retry : null;
  const fallback = problemOf(
    "unexpected",
    `The service answered ${response.status}`,
    "The answer is not a problem document.",
  );
  try {
    const body = parse(text) as Readonly<Record<string, unknown>>;
    const string = (name: string) => (typeof body[name] === "string" ? String(body[name]) : null);
    const errors = Array.isArray(body.errors) ? body.errors : [];
    return {
      code: string("code") ?? fallback.code,
      title: string("title") ?? fallback.title,
      detail: string("detail") ?? fallback.detail,
      trace_id: string("trace_id"),
      errors: errors.map((error) => ({ field: String(error.field), message: String(error.message) })),
      retry_after,
    };
  } catch {
    return { ...fallback, retry_after };
  }
}

function unreachable(error: unknown): RequestProblem {
  const cause = error instanceof Error ? ` (${error.message})` : "";
  return problemOf(
    "unreachable",
    "No answer from the service",
    `Check the connection and try again.${cause}`,
  );
}

/** A problem that does not come from the service. */
export function problemOf(code: string, title: string, detail: string): RequestProblem {
  return { code, title, detail, trace_id: null, errors: [], retry_after: null };
}
