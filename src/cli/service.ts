import { setTimeout as pause } from "node:timers/promises";
import { err, ok, type Result } from "../domain/core/result.ts";
import { type CommandFailure, failed, wrongUsage } from "./failure.ts";

/** The service that a command calls, and the token or API key. */
export interface ServiceOptions {
  readonly url: string;
  readonly token: string | undefined;
}

const NO_TOKEN = `This needs a token or an API key: --token, or LOAN_LEDGER_TOKEN. For the local service:
  export LOAN_LEDGER_TOKEN=$(npx loan-ledger token --tenant demo)`;

/** A request without a usable answer; a retry may succeed. */
export type Away = { readonly kind: "away"; readonly reason: string; readonly retryAfterS: number | null };

/** An answer that refuses the whole request. */
export type Refused = {
  readonly kind: "refused";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
};

const REQUEST_DEADLINE_MS = 120_000;

/** The answer of `GET /v1/whoami`. */
interface WhoAmI {
  readonly tenant_id: string;
  readonly subject: string | null;
  readonly actor: string | null;
  readonly scopes: readonly string[];
  readonly expires_at: string | null;
  readonly issuer?: string;
  readonly key_id?: string;
  readonly jurisdiction: string | null;
}

const WHOAMI_ATTEMPTS = 6;
const WHOAMI_PAUSE_MS = 200;

/** Requests to the service with the caller's token or API key. */
export class Service {
  readonly url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  /** Checks the options without a request; the service verifies the token. */
  static from({ url, token }: ServiceOptions): Result<Service, CommandFailure> {
    if (token === undefined || token.trim() === "") return err(wrongUsage(NO_TOKEN));
    if (!URL.canParse(url))
      return err(wrongUsage(`--url takes an address such as http://localhost:8787, not ${url}.`));
    return ok(new Service(new URL(url).origin, token.trim()));
  }

  /** Who the service says is calling: only it knows which claim names the tenant, and whose a key is. */
  async whoAmI(): Promise<Result<WhoAmI, CommandFailure>> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.request("/v1/whoami");
      if (answer instanceof Response) return ok((await answer.json()) as WhoAmI);
      if (answer.kind === "refused" || attempt === WHOAMI_ATTEMPTS) return err(failed(sentenceOf(answer)));
      await pause(answer.retryAfterS === null ? WHOAMI_PAUSE_MS * 2 ** attempt : answer.retryAfterS * 1000);
    }
  }

  /** One request. Resolves with a successful response, its body unread, or with the reason for a failure. */
  async request(
    path: string,
    init: RequestInit = {},
    signal?: AbortSignal,
  ): Promise<Response | Away | Refused> {
    const deadline = AbortSignal.timeout(REQUEST_DEADLINE_MS);
    let response: Response;
    try {
      response = await fetch(`${this.url}${path}`, {
        ...init,
        headers: { ...init.headers, Authorization: `Bearer ${this.#token}` },
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      });
    } catch (error) {
      signal?.throwIfAborted();
      return { kind: "away", reason: `${this.url} does not answer (${causeOf(error)})`, retryAfterS: null };
    }
    if (response.ok) return response;
    return refusalOf(response);
  }
}

/** The failure as a sentence for a person at a terminal. */
export const sentenceOf = (answer: Away | Refused): string =>
  answer.kind === "away"
    ? `${answer.reason}.`
    : `The service refused: ${answer.detail} (${answer.status} ${answer.code})`;

async function refusalOf(response: Response): Promise<Away | Refused> {
  const { status } = response;
  const text = await response.text().catch(() => "");
  const { code = "", detail = "" } = problemIn(text);
  if (status === 429 || status >= 500) {
    const after = Number(response.headers.get("Retry-After") ?? Number.NaN);
    const reason = `the service answers ${status}${code && ` ${code}`}`;
    return { kind: "away", reason, retryAfterS: Number.isFinite(after) ? after : null };
  }
  return { kind: "refused", status, code, detail: detail || "no reason given" };
}

function problemIn(text: string): { readonly code?: string; readonly detail?: string } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    // The answer comes from a proxy, not from the service.
    return {};
  }
}

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
};
