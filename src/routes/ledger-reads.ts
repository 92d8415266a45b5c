import { type Context, Hono } from "hono";
import { csvOf } from "../contract/csv.ts";
import { decodeCursor, encodeCursor } from "../contract/cursor.ts";
import {
  type JournalListQuery,
  type JournalQuery,
  journalListQuery,
  journalQuery,
  loanBalanceQuery,
  queryNames,
  type StatementQuery,
  statementQuery,
} from "../contract/ledger/queries.ts";
import {
  entryView,
  loanBalanceView,
  STATEMENT_COLUMNS,
  statementRows,
  statementView,
} from "../contract/ledger/views.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Entry, EntryPlace } from "../domain/ledger/journal.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { renderCsv, variesByAccept, wantsCsv } from "../http/csv.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery, noQuery, query } from "../http/query.ts";
import { loanBalance } from "../store/ledger/balances.ts";
import { entriesOfLoan, findEntry, journalList } from "../store/ledger/journal.ts";
import { type StatementPlace, statementOf } from "../store/ledger/statement.ts";
import { exportJournal } from "./ledger-export.ts";
import { read } from "./read.ts";

const readsLedger = authorized("hpts:ledger:read");
const readsBalances = authorized("hpts:balances:read");

const notFound = (c: Context<AppEnv>, what: string) =>
  renderProblem(c, { code: "not_found", detail: `This ${what} does not exist.` });

const today = () => new Date().toISOString().slice(0, 10);

/** `GET /v1/journal-entries…` (docs/api.md#ledger): the tenant's entries, one of them, or all as plain-text books. */
export const journalRoutes = new Hono<AppEnv>()
  .get(
    "/",
    authorized("hpts:ledger:read", "walk"),
    query(journalListQuery, queryNames(journalListQuery)),
    (c) => {
      const asked = c.req.valid("query");
      return asked.format === undefined ? listJournal(c, asked) : exportJournal(c);
    },
  )
  .get("/:id", readsLedger, noQuery, async (c) => {
    const id = c.req.param("id").toLowerCase();
    const entry = await read(c, (db) => findEntry(db, c.get("principal").tenant_id, id));
    if (!entry.ok) return invalidQuery(c, entry.error);
    return entry.value ? renderJson(c, entryView(entry.value)) : notFound(c, "journal entry");
  });

/** `GET /v1/loans/{loan_id}/…` (docs/api.md#ledger). */
export const loanRoutes = new Hono<AppEnv>()
  .get("/:loan_id/journal-entries", readsLedger, query(journalQuery, queryNames(journalQuery)), (c) =>
    listEntries(c, c.req.param("loan_id").toLowerCase(), c.req.valid("query")),
  )
  .get(
    "/:loan_id/statement",
    readsLedger,
    variesByAccept,
    query(statementQuery, queryNames(statementQuery)),
    (c) => statement(c, c.req.param("loan_id").toLowerCase(), c.req.valid("query")),
  )
  .get(
    "/:loan_id/balance",
    readsBalances,
    query(loanBalanceQuery, queryNames(loanBalanceQuery)),
    async (c) => {
      const loan_id = c.req.param("loan_id").toLowerCase();
      const { as_of_date = today(), currency } = c.req.valid("query");
      const found = await read(c, (db) =>
        loanBalance(db, c.get("principal").tenant_id, { loan_id, currency }, as_of_date),
      );
      if (!found.ok) return invalidQuery(c, found.error);
      if (found.value === null) return notFound(c, "loan");
      const { amounts, last_posted_at } = found.value;
      return renderJson(
        c,
        loanBalanceView(loan_id, found.value.currency, as_of_date, amounts, last_posted_at),
      );
    },
  );

/** The place after which a page starts, as texts; null for the first page. */
async function startOf(
  identity: string,
  page_token: string | undefined,
): Promise<Result<readonly (string | null)[] | null, string>> {
  if (page_token === undefined) return ok(null);
  const position = await decodeCursor(identity, page_token);
  if (position?.after) return ok(position.after);
  return err("page_token must be the next_page_token of a page of the same query");
}

/** The place of an entry inside a token. */
function placeIn(after: readonly (string | null)[] | null): EntryPlace | null {
  const [sequence, position] = after ?? [];
  return sequence && position ? { sequence: Number(sequence), position: Number(position) } : null;
}

const tokenAfter = (identity: string, { sequence, position }: EntryPlace): Promise<string> =>
  encodeCursor(identity, { after: [String(sequence), String(position)], stretch: null });

/**
 * A page ends before the entry that would take it beyond this; its first is always there. The bound is for lines, which
 * repeat the entry's reference. What is read for a page is bounded by the number of its entries: an actor (a token has
 * 8 KB, so at most 6 KB), a description (500 characters) and a reference (255) are less than 10 KB, and 201 entries 2 MB.
 */
const PAGE_BYTES_MAX = 2_000_000;

/** The first of some entries as the API shows them, as many as a page has room for. */
function viewsWithin(entries: readonly Entry[]): readonly object[] {
  const views: object[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const view = entryView(entry);
    bytes += new TextEncoder().encode(JSON.stringify(view)).length;
    if (views.length > 0 && bytes > PAGE_BYTES_MAX) break;
    views.push(view);
  }
  return views;
}

async function listJournal(c: Context<AppEnv>, asked: JournalListQuery): Promise<Response> {
  const { tenant_id: tenant } = c.get("principal");
  const { from_date, to_date, event_type, page_size, page_token } = asked;
  const identity = JSON.stringify([tenant, "entries", from_date, to_date, event_type]);
  const start = await startOf(identity, page_token);
  if (!start.ok) return invalidQuery(c, start.error);
  const page = { from_date, to_date, event_type, before: placeIn(start.value), limit: page_size };
  const found = await read(c, (db) => journalList(db, tenant, page));
  if (!found.ok) return invalidQuery(c, found.error);
  const { entries, end } = found.value;
  const items = viewsWithin(entries);
  const last = items.length < entries.length ? entries[items.length - 1] : end;
  return renderJson(c, { items, next_page_token: last ? await tokenAfter(identity, last) : undefined });
}

async function listEntries(c: Context<AppEnv>, loan_id: string, asked: JournalQuery): Promise<Response> {
  const { tenant_id: tenant } = c.get("principal");
  const { from_date, to_date, event_type, page_size, page_token } = asked;
  const identity = JSON.stringify([tenant, "journal", loan_id, from_date, to_date, event_type]);
  const start = await startOf(identity, page_token);
  if (!start.ok) return invalidQuery(c, start.error);
  const page = { from_date, to_date, event_type, before: placeIn(start.value), limit: page_size };
  const found = await read(c, (db) => entriesOfLoan(db, tenant, loan_id, page));
  if (!found.ok) return invalidQuery(c, found.error);
  if (found.value === null) return notFound(c, "loan");
  const items = viewsWithin(found.value.slice(0, page_size));
  const last = items.length < found.value.length ? found.value[items.length - 1] : undefined;
  return renderJson(c, { items, next_page_token: last ? await tokenAfter(identity, last) : undefined });
}

/** A loan's entries by their days with the balances after each (docs/ledger.md#reads). */
async function statement(c: Context<AppEnv>, loan_id: string, asked: StatementQuery): Promise<Response> {
  const { tenant_id: tenant } = c.get("principal");
  const { currency, from_date, to_date, page_size, page_token } = asked;
  const identity = JSON.stringify([tenant, "statement", loan_id, currency, from_date, to_date]);
  const start = await startOf(identity, page_token);
  if (!start.ok) return invalidQuery(c, start.error);
  const page = { currency, from_date, to_date, after: statementPlaceIn(start.value), limit: page_size };
  const found = await read(c, (db) => statementOf(db, tenant, loan_id, page));
  if (!found.ok) return invalidQuery(c, found.error);
  if (found.value === null) return notFound(c, "loan");
  const items = found.value.items.slice(0, page_size);
  const last = items.at(-1)?.entry;
  const next =
    last && found.value.items.length > page_size
      ? await encodeCursor(identity, {
          after: [last.effective_at, String(last.sequence), String(last.position)],
          stretch: null,
        })
      : undefined;
  if (!wantsCsv(c)) return renderJson(c, statementView(found.value.opening, items, next));
  const text = csvOf(STATEMENT_COLUMNS, statementRows(items));
  return renderCsv(c, text, "statement", next ?? null, "page_token");
}

function statementPlaceIn(after: readonly (string | null)[] | null): StatementPlace | null {
  const [day, sequence, position] = after ?? [];
  return day && sequence && position ? { day, sequence: Number(sequence), position: Number(position) } : null;
}
