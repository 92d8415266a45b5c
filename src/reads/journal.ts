import type { AnswerOf } from "../contract/answer-types.ts";
import type { journalEntry } from "../contract/ledger/answers.ts";
import type { JournalQuery, StatementQuery } from "../contract/ledger/queries.ts";
import { entryView } from "../contract/ledger/views.ts";
import type { PageStart } from "../domain/core/lookup.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { EntryPlace } from "../domain/ledger/journal.ts";
import type { LoanStatement } from "../domain/ledger/statement.ts";
import type { Database } from "../store/d1/session.ts";
import { entriesOfLoan } from "../store/ledger/journal.ts";
import { statementOf } from "../store/ledger/statement.ts";
import { shownWithin } from "./journal-list.ts";
import { FOREIGN_TOKEN, paged, splitPage, startAfter } from "./pages.ts";

const UNKNOWN_LOAN: Problem = { code: "not_found", detail: "This loan does not exist." };

interface EntryPage {
  readonly items: readonly AnswerOf<typeof journalEntry>[];
  readonly next_cursor: string | undefined;
}

/** A loan's entries, newest first, with only its own postings. */
export function listLoanEntries(
  db: Database,
  tenant: string,
  loan_id: string,
  { page_size: limit, page_token: cursor, ...filters }: JournalQuery,
): Promise<Result<EntryPage, Problem>> {
  const { from_date, to_date, event_type } = filters;
  const identity = [tenant, "journal", loan_id, from_date, to_date, event_type];
  return paged({ identity, cursor, foreign: FOREIGN_TOKEN }, async (start) => {
    const page = { from_date, to_date, event_type, before: entryAt(start), limit };
    const entries = await entriesOfLoan(db, tenant, loan_id, page);
    if (entries === null) return err(UNKNOWN_LOAN);
    const items = shownWithin(splitPage(entries, limit).shown, entryView, JSON.stringify);
    const last = items.length < entries.length ? entries[items.length - 1] : undefined;
    return ok({ items, next: last ? afterEntry(last) : null });
  });
}

interface StatementPage extends LoanStatement {
  readonly next_cursor: string | undefined;
}

/**
 * A loan's entries by their days with the balances after each (docs/ledger.md#reads). The token carries the currency, so that
 * an entry in another one between two pages does not change it.
 */
export function listStatement(
  db: Database,
  tenant: string,
  loan_id: string,
  { page_size: limit, page_token: cursor, ...filters }: StatementQuery,
): Promise<Result<StatementPage, Problem>> {
  const { currency, from_date, to_date } = filters;
  const identity = [tenant, "statement", loan_id, currency, from_date, to_date];
  return paged({ identity, cursor, foreign: FOREIGN_TOKEN }, async (start) => {
    const [day, sequence, position, started] = start?.after ?? [];
    const after =
      day && sequence && position ? { day, sequence: Number(sequence), position: Number(position) } : null;
    const found = await statementOf(db, tenant, loan_id, {
      currency: currency ?? started ?? undefined,
      from_date,
      to_date,
      after,
      limit,
    });
    if (found === null) return err(UNKNOWN_LOAN);
    const { shown, last } = splitPage(found.items, limit);
    const next =
      last &&
      startAfter(
        last.entry.effective_at,
        String(last.entry.sequence),
        String(last.entry.position),
        last.entry.currency,
      );
    return ok({ ...found, items: shown, next });
  });
}

/** The entry after which a page starts; null for the first page. */
function entryAt(start: PageStart | null): EntryPlace | null {
  const [sequence, position] = start?.after ?? [];
  return sequence && position ? { sequence: Number(sequence), position: Number(position) } : null;
}

const afterEntry = ({ sequence, position }: EntryPlace): PageStart =>
  startAfter(String(sequence), String(position));
