import { type Context, Hono } from "hono";
import { csvOf } from "../contract/csv.ts";
import {
  type JournalListQuery,
  type JournalQuery,
  journalListQuery,
  journalQuery,
  loanBalanceQuery,
  parametersOf,
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
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { renderCsv, variesByAccept, wantsCsv } from "../http/csv.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery, noQuery, query } from "../http/query.ts";
import { listJournal, listLoanEntries, listStatement } from "../reads/journal.ts";
import { findEntry, loanBalance } from "../store/ledger/read.ts";
import { exportJournal } from "./ledger-export.ts";
import { ask, read } from "./read.ts";

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
    query(journalListQuery, parametersOf(journalListQuery)),
    (c) => {
      const asked = c.req.valid("query");
      return asked.format === undefined ? listEntries(c, asked) : exportJournal(c);
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
  .get("/:loan_id/journal-entries", readsLedger, query(journalQuery, parametersOf(journalQuery)), (c) =>
    listEntriesOf(c, c.req.param("loan_id").toLowerCase(), c.req.valid("query")),
  )
  .get(
    "/:loan_id/statement",
    readsLedger,
    variesByAccept,
    query(statementQuery, parametersOf(statementQuery)),
    (c) => statement(c, c.req.param("loan_id").toLowerCase(), c.req.valid("query")),
  )
  .get(
    "/:loan_id/balance",
    readsBalances,
    query(loanBalanceQuery, parametersOf(loanBalanceQuery)),
    async (c) => {
      const loan_id = c.req.param("loan_id").toLowerCase();
      const { as_of_date = today(), currency } = c.req.valid("query");
      const found = await read(c, (db) =>
        loanBalance(db, c.get("principal").tenant_id, loan_id, currency, as_of_date),
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

async function listEntries(c: Context<AppEnv>, asked: JournalListQuery): Promise<Response> {
  const found = await ask(c, (db) => listJournal(db, c.get("principal").tenant_id, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const { items, next_cursor } = found.value;
  return renderJson(c, { items, next_page_token: next_cursor });
}

async function listEntriesOf(c: Context<AppEnv>, loan_id: string, asked: JournalQuery): Promise<Response> {
  const found = await ask(c, (db) => listLoanEntries(db, c.get("principal").tenant_id, loan_id, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const { items, next_cursor } = found.value;
  return renderJson(c, { items, next_page_token: next_cursor });
}

async function statement(c: Context<AppEnv>, loan_id: string, asked: StatementQuery): Promise<Response> {
  const found = await ask(c, (db) => listStatement(db, c.get("principal").tenant_id, loan_id, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const { opening, items, next_cursor } = found.value;
  if (!wantsCsv(c)) return renderJson(c, statementView(opening, items, next_cursor));
  const text = csvOf(STATEMENT_COLUMNS, statementRows(items));
  return renderCsv(c, text, "statement", next_cursor ?? null, "page_token");
}
