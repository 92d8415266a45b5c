import { readExact } from "./exact.ts";

/** How often a request is retried, and after which pauses. */
export interface Retries {
  /** Attempts in all; 6 by default. */
  readonly attempts?: number;
  /** The first pause in milliseconds, doubled each time; 250 by default. */
  readonly firstPauseMs?: number;
}

export interface SendOptions extends Retries {
  /** A bearer token or an API key, or a function that returns one. It is called before each attempt, so it may renew the token. */
  readonly token: string | (() => string | Promise<string>);
  readonly fetch?: (request: Request) => Promise<Response>;
}

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 250;
const PAUSE_MAX_MS = 30_000;
const BOOKMARK = "x-d1-bookmark";
const WRITES = ["POST", "PUT", "PATCH"];

/** Statuses after which a retry may succeed: the service is overloaded or failed itself. */
const isPassing = (status: number) => status === 429 || status >= 500;

const wait = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/** The pause before the next attempt: the service's `Retry-After`, else a random part of a growing time. */
function pauseMs(attempt: number, firstMs: number, response: Response | null): number {
  const asked = Number(response?.headers.get("Retry-After") ?? "");
  if (asked > 0) return Math.min(asked * 1000, PAUSE_MAX_MS);
  return Math.min(firstMs * 2 ** (attempt - 1), PAUSE_MAX_MS) * (0.5 + Math.random() / 2);
}

/** An answer whose numbers keep their digits. */
class ExactResponse extends Response {
  override async json<T = unknown>(): Promise<T> {
    return readExact(await this.text()) as T;
  }
}

/** Reads the body of a JSON answer, because the connection may be lost in the middle. Downloads are streamed. */
async function whole(response: Response): Promise<Response> {
  if (!/[/+]json/.test(response.headers.get("Content-Type") ?? "")) return response;
  const { status, statusText } = response;
  const body = await response.arrayBuffer();
  const headers = new Headers(response.headers);
  // openapi-fetch calls json() where the length is known, and else JSON.parse, which rounds.
  headers.set("Content-Length", String(body.byteLength));
  return new ExactResponse(body, { status, statusText, headers });
}

/** A new idempotency key. Node 18 has the generator, but not as a global. */
async function newKey(): Promise<string> {
  const module: string = "node:crypto";
  return typeof crypto === "undefined" ? (await import(module)).randomUUID() : crypto.randomUUID();
}

/**
 * Sends requests with a token, an idempotency key and the latest bookmark. After a temporary failure it retries with
 * the same key: the service stores an event only once.
 */
export class Sender {
  readonly #options: SendOptions;
  #bookmark: string | null = null;

  constructor(options: SendOptions) {
    this.#options = options;
  }

  readonly send = async (request: Request): Promise<Response> => {
    const { attempts = ATTEMPTS, firstPauseMs = FIRST_PAUSE_MS } = this.#options;
    if (WRITES.includes(request.method) && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", await newKey());
    }
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#try(request.clone(), attempt === attempts);
      if (response && (attempt === attempts || !isPassing(response.status))) return response;
      await wait(pauseMs(attempt, firstPauseMs, response), request.signal);
    }
  };

  /** One attempt; null for a lost connection, which the last attempt throws. */
  async #try(request: Request, isLast: boolean): Promise<Response | null> {
    const { token, fetch = globalThis.fetch } = this.#options;
    request.headers.set("Authorization", `Bearer ${typeof token === "string" ? token : await token()}`);
    if (request.method === "GET" && this.#bookmark !== null && !request.headers.has(BOOKMARK)) {
      request.headers.set(BOOKMARK, this.#bookmark);
    }
    try {
      const response = await whole(await fetch(request));
      if (response.ok) this.#bookmark = response.headers.get(BOOKMARK) ?? this.#bookmark;
      return response;
    } catch (error) {
      if (isLast || request.signal.aborted) throw error;
      return null;
    }
  }
}
