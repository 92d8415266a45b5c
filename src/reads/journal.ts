import type { AnswerOf } from "../contract/answer-types.ts";
import type { journalEntry } from "../contract/ledger/answers.ts";
import type { JournalListQuery, JournalQuery, StatementQuery } from "../contract/ledger/queries.ts";
import { entryView } from "../contract/ledger/views.ts";
import type { PageStart } from "../domain/core/lookup.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Entry, EntryPlace } from "../domain/ledger/journal.ts";
import type { LoanStatement } from "../domain/ledger/statement.ts";
import type { Database } from "../store/d1/session.ts";
import { entriesOfLoan, journalList } from "../store/ledger/journal.ts";
import { statementOf } from "../store/ledger/statement.ts";
import { FOREIGN_TOKEN, paged, splitPage, startAfter } from "./pages.ts";

const UNKNOWN_LOAN: Problem = { code: "not_found", detail: "This loan does not exist." };

interface EntryPage {
  readonly items: readonly AnswerOf<typeof journalEntry>[];
  readonly next_cursor: string | undefined;
}

/** The tenant's entries, newest first (docs/ledger.md#reads). */
export function listJournal(
  db: Database,
  tenant: string,
  { page_size: limit, page_token: cursor, ...filters }: JournalListQuery,
): Promise<Result<EntryPage, Problem>> {
  const { from_date, to_date, event_type } = filters;
  const identity = [tenant, "entries", from_date, to_date, event_type];
  return paged({ identity, cursor, foreign: FOREIGN_TOKEN }, async (start) => {
    const page = { from_date, to_date, event_type, before: entryAt(start), limit };
    const { entries, end } = await journalList(db, tenant, page);
    const items = viewsWithin(entries);
    const last = items.length < entries.length ? entries[items.length - 1] : end;
    return ok({ items, next: last ? afterEntry(last) : null });
  });
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
    const items = viewsWithin(splitPage(entries, limit).shown);
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

/**
 * A page ends before the entry that would take it beyond this; its first is always there. The bound is for lines, which
 * repeat the entry's reference. What is read for a page is bounded by the number of its entries: an actor (a token has
 * 8 KB, so at most 6 KB), a description (500 characters) and a reference (255) are less than 10 KB, and 201 entries 2 MB.
 */
const PAGE_BYTES_MAX = 2_000_000;

/** The first of some entries as the API shows them, as many as a page has room for. */
function viewsWithin(entries: readonly Entry[]): readonly AnswerOf<typeof journalEntry>[] {
  const views: AnswerOf<typeof journalEntry>[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const view = entryView(entry);
    bytes += new TextEncoder().encode(JSON.stringify(view)).length;
    if (views.length > 0 && bytes > PAGE_BYTES_MAX) break;
    views.push(view);
  }
  return views;
}
