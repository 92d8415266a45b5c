import { exports } from "cloudflare:workers";
import { SCOPES } from "../../src/contract/scopes.ts";
import { checkAnswer } from "./documented-answers.ts";
import { mintToken } from "./tokens.ts";

export const ALL_SCOPES = SCOPES.join(" ");

/** An answer of the service with its body parsed; `text` keeps the digits that JSON.parse may round. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any member and fails when it is not there
  readonly body: any;
}

/** A tenant of its own for each test, so that no test sees another's rows. */
export function newTenant(): string {
  return `t-${crypto.randomUUID()}`;
}

export const newKey = () => `key-${crypto.randomUUID()}`;

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get("Content-Type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? JSON.parse(text) : null,
  };
}

/** Sends a request to the service and holds the answer against the reference. */
export async function answerTo(
  method: string,
  path: string,
  init: RequestInit,
  fetch: typeof exports.default.fetch = (...args) => exports.default.fetch(...args),
): Promise<Answer> {
  const answer = await answerOf(await fetch(`http://ledger.test${path}`, { ...init, method }));
  checkAnswer(method, path, answer);
  return answer;
}

/** The service as one tenant's back end sees it. */
export class Api {
  readonly tenant: string;
  readonly #scope: string;
  readonly #fetch: typeof exports.default.fetch;
  #token: string | undefined;

  /** `fetch` reaches the service; the worker under test by default. */
  constructor(
    tenant = newTenant(),
    scope = ALL_SCOPES,
    fetch: typeof exports.default.fetch = (...args) => exports.default.fetch(...args),
  ) {
    this.tenant = tenant;
    this.#scope = scope;
    this.#fetch = fetch;
  }

  async headers(extra: Record<string, string> = {}): Promise<Record<string, string>> {
    this.#token ??= await mintToken({ tenant: this.tenant, scope: this.#scope });
    return { Authorization: `Bearer ${this.#token}`, ...extra };
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return answerTo("GET", path, { headers: await this.headers(headers) }, this.#fetch);
  }

  /** Posts a text or bytes as they stand, or an object as JSON. */
  async post(
    path: string,
    body: string | Uint8Array | object,
    key = newKey(),
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const all = await this.headers({
      "Content-Type": "application/json",
      "Idempotency-Key": key,
      ...headers,
    });
    const isSent = typeof body === "string" || body instanceof Uint8Array;
    const text = isSent ? body : JSON.stringify(body);
    return answerTo("POST", path, { headers: all, body: text }, this.#fetch);
  }

  /** Sends any method; `key` null sends no Idempotency-Key. */
  async send(method: string, path: string, body?: object, key: string | null = newKey()): Promise<Answer> {
    const headers = await this.headers({
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...(key !== null && { "Idempotency-Key": key }),
    });
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return answerTo(method, path, init, this.#fetch);
  }

  patch(path: string, body: object): Promise<Answer> {
    return this.send("PATCH", path, body, null);
  }

  delete(path: string): Promise<Answer> {
    return this.send("DELETE", path, undefined, null);
  }

  ingest(category: string, data: object, key = newKey()): Promise<Answer> {
    return this.post("/ingest", { category, data }, key);
  }

  /** Ingests what the test takes for granted, and says so when it is refused. */
  async accept(category: string, data: object): Promise<Answer> {
    const answer = await this.ingest(category, data);
    if (answer.status >= 300) throw new Error(`not accepted: ${answer.text}`);
    return answer;
  }
}
