import type { Miniflare } from "miniflare";
import { sampleTape } from "../../src/cli/sample/tape.ts";
import { parseJson, stringifyJson } from "../../src/contract/json.ts";
import { TEST_API_KEY_SECRET, TEST_AUTH_BINDINGS, TEST_WEBHOOK_KEY } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { mintToken } from "../support/tokens.ts";

/** The built service with its pages, below no proxy, and ways to fill it. */
export interface Service {
  readonly origin: string;
  readonly miniflare: Miniflare;
  readonly token: (tenant: string, scope?: string) => Promise<string>;
  /** Sends events in their order; throws at the first that is refused. */
  readonly ingest: (tenant: string, envelopes: Iterable<unknown>) => Promise<void>;
  /** Asks the API as the console does; numbers keep their digits. */
  readonly get: <T = unknown>(tenant: string, path: string, accept?: string) => Promise<T>;
  /** Sends a change with a key of its own; throws when it is refused. */
  readonly change: <T = unknown>(tenant: string, change: Change) => Promise<T>;
  readonly dispose: () => Promise<void>;
}

interface Change {
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly scope: string;
  readonly body: unknown;
}

const LINES_A_BATCH = 200;

export const READS = "records:read hpts:ledger:read hpts:balances:read";

/** `bindings` are further settings of the worker. */
export async function startService(bindings: Readonly<Record<string, string>> = {}): Promise<Service> {
  const miniflare = await startBuiltWorker(await buildWorker(), {
    bindings: {
      ...TEST_AUTH_BINDINGS,
      API_KEY_SECRET: TEST_API_KEY_SECRET,
      WEBHOOK_KEY: TEST_WEBHOOK_KEY,
      ...bindings,
    },
  });
  const { origin } = await miniflare.ready;
  let ingests = 0;
  const token = (tenant: string, scope = READS) => mintToken({ tenant, scope });
  return {
    origin,
    miniflare,
    token,
    ingest: async (tenant, envelopes) => {
      const Authorization = `Bearer ${await token(tenant, "ingest:write")}`;
      const headers = { Authorization, "Content-Type": "application/x-ndjson" };
      ingests += 1;
      const lines = [...envelopes].map((envelope, index) => {
        return stringifyJson({
          idempotency_key: `console-test-${ingests}-${index}`,
          ...(envelope as object),
        });
      });
      for (let from = 0; from < lines.length; from += LINES_A_BATCH) {
        const body = lines.slice(from, from + LINES_A_BATCH).join("\n");
        const response = await fetch(`${origin}/ingest/batch`, { method: "POST", headers, body });
        const answer = await response.text();
        if (response.status !== 200) throw new Error(`${response.status} ${answer}`);
      }
    },
    get: async <T>(tenant: string, path: string, accept = "application/json") => {
      const headers = { Authorization: `Bearer ${await token(tenant)}`, Accept: accept };
      const response = await fetch(`${origin}${path}`, { headers });
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text}`);
      if (accept !== "application/json") return text as T;
      const parsed = parseJson(text);
      if (!parsed.ok) throw new Error(parsed.error);
      return parsed.value as T;
    },
    change: async <T>(tenant: string, { method, path, scope, body }: Change) => {
      const headers = {
        Authorization: `Bearer ${await token(tenant, scope)}`,
        "Content-Type": "application/json",
        "Idempotency-Key": crypto.randomUUID(),
      };
      const response = await fetch(`${origin}${path}`, { method, headers, body: JSON.stringify(body) });
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text}`);
      return JSON.parse(text) as T;
    },
    dispose: () => miniflare.dispose(),
  };
}

/** A tape as `loan-ledger sample` prints it, without the keys. */
export function* sample(loans: number, asOf: string) {
  for (const { category, data } of sampleTape({ loans, seed: 5, asOf })) yield { category, data };
}
