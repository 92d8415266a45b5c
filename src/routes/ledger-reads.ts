import { type Context, Hono } from "hono";
import { decodeCursor, encodeCursor } from "../contract/cursor.ts";
import { hledgerCommodity, hledgerEntry, hledgerHead } from "../contract/ledger/hledger.ts";
import {
  accountBalanceQuery,
  exportQuery,
  type JournalQuery,
  journalQuery,
  loanBalanceQuery,
  parametersOf,
} from "../contract/ledger/queries.ts";
import { accountBalanceView, entryView, loanBalanceView } from "../contract/ledger/views.ts";
import type { Position } from "../domain/core/lookup.ts";
import { isAccountCode } from "../domain/ledger/accounts.ts";
import { WHOLE_LEDGER } from "../domain/ledger/books.ts";
import type { Place } from "../domain/ledger/journal.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery, noQuery, query } from "../http/query.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { accountTotal, entriesAfter, entriesOfLoan, findEntry, loanBalance } from "../store/ledger/read.ts";
import { read } from "./read.ts";

const readsLedger = authorized("hpts:ledger:read");
const readsBalances = authorized("hpts:balances:read");

const notFound = (c: Context<AppEnv>, what: string) =>
  renderProblem(c, { code: "not_found", detail: `This ${what} does not exist.` });

const today = () => new Date().toISOString().slice(0, 10);

/** `GET /v1/journal-entries…` (docs/api.md#ledger); without an id, the whole journal as plain-text books. */
export const journalRoutes = new Hono<AppEnv>()
  .get("/", authorized("hpts:ledger:read", "walk"), query(exportQuery, parametersOf(exportQuery)), (c) =>
    exportJournal(c),
  )
  .get("/:id", readsLedger, noQuery, async (c) => {
    const id = c.req.param("id").toLowerCase();
    const entry = await read(c, (db) => findEntry(db, c.get("principal").tenant_id, id));
    if (!entry.ok) return invalidQuery(c, entry.error);
    return entry.value ? renderJson(c, entryView(entry.value)) : notFound(c, "journal entry");
  });

/** `GET /v1/loans/{loan_id}/…` (docs/api.md#ledger). */
export const loanRoutes = new Hono<AppEnv>()
  .get("/:loan_id/journal-entries", readsLedger, query(journalQuery, parametersOf(journalQuery)), (c) =>
    listEntries(c, c.req.param("loan_id").toLowerCase(), c.req.valid("query")),
  )
  .get(
    "/:loan_id/balance",
    readsBalances,
    query(loanBalanceQuery, parametersOf(loanBalanceQuery)),
    async (c) => {
      const loan_id = c.req.param("loan_id").toLowerCase();
      const { as_of_date = today() } = c.req.valid("query");
      const found = await read(c, (db) => loanBalance(db, c.get("principal").tenant_id, loan_id, as_of_date));
      if (!found.ok) return invalidQuery(c, found.error);
      if (found.value === null) return notFound(c, "loan");
      const { loan, amounts, last_posted_at } = found.value;
      return renderJson(c, loanBalanceView(loan_id, loan.currency, as_of_date, amounts, last_posted_at));
    },
  );

/** `GET /v1/accounts/{account_code}/balance` (docs/api.md#ledger). */
export const accountRoutes = new Hono<AppEnv>().get(
  "/:account_code/balance",
  readsBalances,
  query(accountBalanceQuery, parametersOf(accountBalanceQuery)),
  async (c) => {
    const account = c.req.param("account_code");
    if (!isAccountCode(account)) return notFound(c, "account");
    const { currency, layer, as_of_date = today() } = c.req.valid("query");
    const total = await read(c, (db) =>
      accountTotal(db, c.get("principal").tenant_id, WHOLE_LEDGER, account, currency, layer, as_of_date),
    );
    if (!total.ok) return invalidQuery(c, total.error);
    return renderJson(c, accountBalanceView(account, currency, layer, as_of_date, total.value));
  },
);

async function listEntries(c: Context<AppEnv>, loan_id: string, asked: JournalQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const { from_date, to_date, event_type, page_size, page_token } = asked;
  const identity = JSON.stringify([tenant, "journal", loan_id, from_date, to_date, event_type]);
  const position = page_token === undefined ? null : await decodeCursor(identity, page_token);
  if (page_token !== undefined && position === null) {
    return invalidQuery(c, "page_token must be the next_page_token of a page of the same query");
  }
  const before = placeIn(position?.after);
  const found = await read(c, (db) =>
    entriesOfLoan(db, tenant, loan_id, { from_date, to_date, event_type, before, limit: page_size }),
  );
  if (!found.ok) return invalidQuery(c, found.error);
  if (found.value === null) return notFound(c, "loan");
  const items = found.value.slice(0, page_size);
  const last = items.at(-1);
  const next_page_token =
    last && found.value.length > page_size
      ? await encodeCursor(identity, { after: [String(last.sequence), String(last.position)], stretch: null })
      : undefined;
  return renderJson(c, { items: items.map(entryView), next_page_token });
}

/** The place at which a page ended. */
function placeIn(after: Position["after"] = null): Place | null {
  const [sequence, position] = after ?? [];
  return sequence && position ? { sequence: Number(sequence), position: Number(position) } : null;
}

/** Two D1 calls a page, and a worker has 1,000 calls: books of a million entries at most. */
const EXPORT_PAGE_ENTRIES = 2_000;

/** Streams the tenant's journal page by page, so that its length does not matter to the worker's memory. */
async function exportJournal(c: Context<AppEnv>): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const opened = await read(c, async (db) => {
    const pages = hledgerPages((after) => withDeadline(entriesAfter(db, tenant, after, EXPORT_PAGE_ENTRIES)));
    // Before the answer begins: a database that is away is a 503, not books without entries.
    return { pages, first: await pages.next() };
  });
  if (!opened.ok) return invalidQuery(c, opened.error);
  const { pages, first } = opened.value;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      if (!first.done) controller.enqueue(first.value);
    },
    async pull(controller) {
      const { value, done } = await pages.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pages.return();
    },
  });
  return c.body(stream, 200, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Disposition": 'attachment; filename="ledger.journal"',
  });
}

async function* hledgerPages(
  next: (after: Place) => ReturnType<typeof entriesAfter>,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  const currencies = new Set<string>();
  let text = hledgerHead();
  let count = 0;
  for (let after: Place = { sequence: 0, position: 0 }; ; ) {
    const { entries, isLast } = await next(after);
    count += entries.length;
    for (const entry of entries) {
      if (!currencies.has(entry.currency)) text += hledgerCommodity(entry.currency);
      currencies.add(entry.currency);
      text += hledgerEntry(entry);
    }
    if (text !== "") yield encoder.encode(text);
    text = "";
    const last = entries.at(-1);
    if (!last || isLast) break;
    after = last;
  }
  // A download that was cut off lacks this line.
  yield encoder.encode(`; end of the journal: ${count} entries\n`);
}
