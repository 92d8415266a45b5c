import { HISTORY, type WireEvent, type WireHistory, type WireRow } from "../fanout/expected.ts";
import type { Step } from "./load.ts";

const REQUEST_DEADLINE_MS = 30_000;
const PAGE = 200;

export type Row = WireRow & { readonly event_id: string };

/** What the service said to a request, or null when it said nothing that settles it: ask again with the same key. */
export type Reply = { readonly event_id: string; readonly duplicate: boolean } | null;

/** The service as its tenant sees it. */
export class TenantApi {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#headers = { Authorization: `Bearer ${token}` };
  }

  async send({ key, category, data }: Step): Promise<Reply> {
    let response: Response;
    let body: { readonly status?: string; readonly event_id?: string };
    try {
      response = await fetch(`${this.#url}/ingest`, {
        method: "POST",
        headers: { ...this.#headers, "Content-Type": "application/json", "Idempotency-Key": key },
        body: JSON.stringify({ category, data }),
        signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
      });
      body = (await response.json()) as typeof body;
    } catch {
      // Killed before it answered, or in the middle of its answer.
      return null;
    }
    const { event_id } = body;
    if (response.ok && event_id !== undefined) return { event_id, duplicate: body.status === "duplicate" };
    // The development server answers for a worker that is gone or not there yet, in text or with one of these.
    if (response.status >= 502 || response.status === 429) return null;
    throw new Error(`${key} was answered ${response.status}: ${JSON.stringify(body)}`);
  }

  /** All rows of a table, page by page. */
  async readAll(table: string): Promise<readonly Row[]> {
    const rows: Row[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ limit: String(PAGE), sort_by: "created_at", sort_order: "asc" });
      if (cursor !== undefined) query.set("cursor", cursor);
      const response = await fetch(`${this.#url}/api/tables/${table}?${query}`, { headers: this.#headers });
      if (!response.ok) throw new Error(`${table} was answered ${response.status}: ${await response.text()}`);
      const page = (await response.json()) as {
        readonly data: Row[];
        readonly pagination: { readonly next_cursor?: string };
      };
      rows.push(...page.data);
      cursor = page.pagination.next_cursor;
    } while (cursor !== undefined);
    return rows;
  }

  async events(): Promise<readonly (WireEvent & { readonly idempotency_key: string })[]> {
    return (await this.readAll("events")) as unknown as (WireEvent & { readonly idempotency_key: string })[];
  }

  async history(): Promise<WireHistory> {
    const tables: [string, readonly Row[]][] = [];
    for (const table of HISTORY) tables.push([table, await this.readAll(table)]);
    return Object.fromEntries(tables) as unknown as WireHistory;
  }
}
