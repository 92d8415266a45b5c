import type { Context } from "hono";
import type { journalEntry, journalPage, loanBalance } from "../contract/ledger/answers.ts";
import type { JournalListQuery, JournalQuery, StatementQuery } from "../contract/ledger/queries.ts";
import { statementCsv, statementView } from "../contract/ledger/statement.ts";
import type { statement as statementAnswer } from "../contract/ledger/statement-answer.ts";
import { entryView, loanBalanceView } from "../contract/ledger/views.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { listLoanEntries, listStatement } from "../reads/journal.ts";
import { journalCsv, listJournal, listJournalLines } from "../reads/journal-list.ts";
import { todayOf } from "../reads/today.ts";
import { readLoanBalance } from "../store/ledger/balances.ts";
import { findEntry } from "../store/ledger/journal.ts";
import { exportJournal } from "./ledger-export.ts";
import { ask, read } from "./read.ts";

const notFound = (c: Context<AppEnv>, what: string) =>
  renderProblem(c, { code: "not_found", detail: `This ${what} does not exist.` });

/** The journal and the loans (docs/api.md#ledger). */
export const ledgerReadHandlers = {
  listJournalEntries: (c, { query }) =>
    query.format === undefined ? listEntries(c, query) : exportJournal(c, query, query.format),
  getJournalEntry: async (c, { path }) => {
    const id = path.id.toLowerCase();
    const entry = await read(c, (db) => findEntry(db, c.get("principal").tenant_id, id));
    if (!entry.ok) return invalidQuery(c, entry.error);
    return entry.value
      ? renderJson<typeof journalEntry>(c, entryView(entry.value))
      : notFound(c, "journal entry");
  },
  listLoanJournalEntries: (c, { path, query }) => listEntriesOf(c, path.loan_id.toLowerCase(), query),
  getLoanStatement: (c, { path, query }) => statement(c, path.loan_id.toLowerCase(), query),
  getLoanBalance: async (c, { path, query }) => {
    const loan_id = path.loan_id.toLowerCase();
    const tenant = c.get("principal").tenant_id;
    const found = await read(c, async (db) => {
      const as_of_date = query.as_of_date ?? (await todayOf(db, tenant));
      const balance = await readLoanBalance(db, tenant, { loan_id, currency: query.currency }, as_of_date);
      return balance && { as_of_date, ...balance };
    });
    if (!found.ok) return invalidQuery(c, found.error);
    if (found.value === null) return notFound(c, "loan");
    const { as_of_date, currency, amounts, last_posted_at } = found.value;
    return renderJson<typeof loanBalance>(
      c,
      loanBalanceView({ loan_id, currency, as_of_date }, amounts, last_posted_at),
    );
  },
} satisfies Partial<RouteHandlers>;

async function listEntries(c: Context<AppEnv>, asked: JournalListQuery): Promise<Response> {
  if (wantsCsv(c)) return listLines(c, asked);
  const found = await ask(c, (db) => listJournal(db, c.get("principal").tenant_id, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const { items, next_cursor } = found.value;
  return renderJson<typeof journalPage>(c, { items, next_page_token: next_cursor });
}

async function listLines(c: Context<AppEnv>, asked: JournalListQuery): Promise<Response> {
  const found = await ask(c, (db) => listJournalLines(db, c.get("principal").tenant_id, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const { items, next_cursor } = found.value;
  return renderCsv(c, journalCsv(items), "journal", { cursor: next_cursor, parameter: "page_token" });
}

async function listEntriesOf(c: Context<AppEnv>, loan_id: string, asked: JournalQuery): Promise<Response> {
  const found = await ask(c, (db) => listLoanEntries(db, c.get("principal").tenant_id, loan_id, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const { items, next_cursor } = found.value;
  return renderJson<typeof journalPage>(c, { items, next_page_token: next_cursor });
}

async function statement(c: Context<AppEnv>, loan_id: string, asked: StatementQuery): Promise<Response> {
  const found = await ask(c, (db) => listStatement(db, c.get("principal").tenant_id, loan_id, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const { next_cursor, ...page } = found.value;
  if (!wantsCsv(c)) return renderJson<typeof statementAnswer>(c, statementView(page, next_cursor));
  return renderCsv(c, statementCsv(page), "statement", { cursor: next_cursor, parameter: "page_token" });
}
