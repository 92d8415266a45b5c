import { HISTORY, type WireEvent, type WireHistory, type WireRow } from "../fanout/expected.ts";
import type { Step } from "./load.ts";

const REQUEST_DEADLINE_MS = 30_000;
const PAGE = 200;
const LEDGER_PAGE = 50;

export type Row = WireRow & { readonly event_id: string };

/** What the service said to a request, or null when it said nothing that settles it: ask again with the same key. */
export type Reply = {
  /** The event of a record, the journal entry of a posting. */
  readonly id: string;
  readonly replayed: boolean;
} | null;

/** The service as its tenant sees it. */
export class TenantApi {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#headers = { Authorization: `Bearer ${token}` };
  }

  async send({ key, path, body: request }: Step): Promise<Reply> {
    let response: Response;
    let body: { readonly event_id?: string; readonly journal_entry_id?: string };
    try {
      response = await fetch(`${this.#url}${path}`, {
        method: "POST",
        headers: { ...this.#headers, "Content-Type": "application/json", "Idempotency-Key": key },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
      });
      body = (await response.json()) as typeof body;
    } catch {
      // Killed before it answered, or in the middle of its answer.
      return null;
    }
    const id = body.event_id ?? body.journal_entry_id;
    if (response.ok && id !== undefined) {
      return { id, replayed: response.headers.get("Idempotent-Replayed") === "true" };
    }
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
        readonly pagination: { readonly has_more: boolean; readonly next_cursor?: string };
      };
      rows.push(...page.data);
      cursor = page.pagination.has_more ? page.pagination.next_cursor : undefined;
    } while (cursor !== undefined);
    return rows;
  }

  async events(): Promise<readonly (WireEvent & { readonly key_hash: string })[]> {
    return (await this.readAll("events")) as unknown as (WireEvent & { readonly key_hash: string })[];
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, { headers: this.#headers });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** What the loan owes, in minor units. */
  async owedBy(loan: string): Promise<string> {
    const path = `/v1/loans/${loan}/balance`;
    return (await this.#get<{ principal_outstanding_minor: string }>(path)).principal_outstanding_minor;
  }

  /** The debits and credits of an account in dollars, in minor units. */
  account(code: string): Promise<{ readonly dr_balance_minor: string; readonly cr_balance_minor: string }> {
    return this.#get(`/v1/accounts/${code}/balance?currency=USD`);
  }

  /** The ids of a loan's journal entries; fewer than a page of them. */
  async entriesOf(loan: string): Promise<readonly string[]> {
    const path = `/v1/loans/${loan}/journal-entries?page_size=${LEDGER_PAGE}`;
    const { items } = await this.#get<{ items: { journal_entry_id: string }[] }>(path);
    return items.map(({ journal_entry_id }) => journal_entry_id);
  }

  async history(): Promise<WireHistory> {
    const tables: [string, readonly Row[]][] = [];
    for (const table of HISTORY) tables.push([table, await this.readAll(table)]);
    return Object.fromEntries(tables) as unknown as WireHistory;
  }
}
