import createFetchClient, { type Client } from "openapi-fetch";
import { writeExact } from "./exact.ts";
import type { components, paths } from "./schema.d.ts";
import { Sender, type SendOptions } from "./send.ts";

export type { components, paths } from "./schema.d.ts";
export type { Retries, SendOptions } from "./send.ts";

export type IngestEvent = components["schemas"]["IngestEvent"];
export type ProblemDetails = components["schemas"]["Problem"];
export type EventsRow = components["schemas"]["EventsRow"];

export interface ClientOptions extends SendOptions {
  /** The origin of the service, for example `https://ledger.example.com`. */
  readonly url: string;
}

type Tables = {
  [P in keyof paths]: P extends `/api/tables/${infer T}`
    ? T extends `${string}/${string}`
      ? never
      : T
    : never;
}[keyof paths];

type ListOf<T extends Tables> = paths[`/api/tables/${T}`]["get"];
export type QueryOf<T extends Tables> = NonNullable<ListOf<T>["parameters"]["query"]>;
export type RowOf<T extends Tables> =
  ListOf<T>["responses"][200]["content"]["application/json"]["data"][number];

/** A refusal of the service, thrown by functions that return no result object. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

/** An event of the feed, and the cursor after it. */
export interface FollowedRow {
  readonly event: EventsRow;
  /** Pass it to `follow` to continue after this event's page; null until the page's last event. */
  readonly cursor: string | null;
}

export interface FollowOptions {
  /** The cursor at which an earlier `follow` stopped. Without it, `follow` starts at the first event. */
  readonly cursor?: string | null;
  /** Seconds that the service waits for new events, 1 to 30; 30 by default. */
  readonly waitS?: number;
  /** Ends the reading quietly, also in the middle of a page. */
  readonly signal?: AbortSignal;
}

export interface LedgerClient extends Client<paths> {
  /** Every row of a table, page after page. */
  rows<T extends Tables>(table: T, query?: Omit<QueryOf<T>, "cursor">): AsyncGenerator<RowOf<T>, void>;
  /** The tenant's events in order, then new ones as they arrive, until the signal aborts. */
  follow(options?: FollowOptions): AsyncGenerator<FollowedRow, void>;
}

/** The parameters of a query: each value of a list, and each member of an object, is a parameter of its own. */
function parametersIn(query: object): [name: string, value: string][] {
  return Object.entries(query).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((one) => [name, String(one)]);
    return typeof value === "object" ? parametersIn(value) : [[name, String(value)]];
  });
}

interface Page {
  readonly data: readonly unknown[];
  readonly pagination: { readonly has_more: boolean; readonly next_cursor?: string | undefined };
}

type List = (query: Readonly<Record<string, unknown>>, init?: RequestInit) => Promise<Page>;

async function* rowsOf(list: List, query: Readonly<Record<string, unknown>>): AsyncGenerator<unknown, void> {
  for (let cursor: string | undefined; ; ) {
    const { data, pagination } = await list(cursor === undefined ? query : { ...query, cursor });
    yield* data;
    cursor = pagination.next_cursor;
    if (!pagination.has_more || cursor === undefined) return;
  }
}

async function* feedOf(list: List, options: FollowOptions): AsyncGenerator<FollowedRow, void> {
  const { waitS = 30, signal } = options;
  const init = { headers: { Prefer: `wait=${waitS}` }, ...(signal && { signal }) };
  for (let cursor = options.cursor ?? null; signal?.aborted !== true; ) {
    const query = { sort_order: "asc", ...(cursor !== null && { cursor }) };
    const page = await list(query, init).catch((error: unknown) => {
      if (signal?.aborted) return null;
      throw error;
    });
    if (page === null) return;
    const { data, pagination } = page;
    cursor = pagination.next_cursor ?? cursor;
    for (const [index, event] of data.entries()) {
      if (signal?.aborted) return;
      yield { event: event as EventsRow, cursor: index === data.length - 1 ? cursor : null };
    }
  }
}

/**
 * A client of the service: every route typed (`client.POST("/ingest", { body })`), with keys, retries and bookmarks.
 * Amounts of answers are text with every digit; requests take text or numbers (docs/reference.md#the-client).
 */
export function createLedgerClient(options: ClientOptions): LedgerClient {
  const sender = new Sender(options);
  const client = createFetchClient<paths>({
    querySerializer: (query) => new URLSearchParams(parametersIn(query)).toString(),
    baseUrl: options.url,
    fetch: sender.send,
    bodySerializer: writeExact,
  });
  const listOf =
    (table: string): List =>
    async (query, init = {}) => {
      const texts = Object.entries(query).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      );
      const url = `${options.url}/api/tables/${table}?${new URLSearchParams(texts)}`;
      const response = await sender.send(new Request(url, init));
      if (!response.ok) throw new ProblemError((await response.json()) as ProblemDetails);
      return (await response.json()) as Page;
    };
  return {
    ...client,
    rows: (table, query) => rowsOf(listOf(table), query ?? {}) as AsyncGenerator<never, void>,
    follow: (followed = {}) => feedOf(listOf("events"), followed),
  };
}
