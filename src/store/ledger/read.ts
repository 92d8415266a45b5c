import { and, asc, desc, eq, gt, gte, lte, type SQL, sql } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import type { AccountCode, Layer } from "../../domain/ledger/accounts.ts";
import { type Entry, type EntryType, NO_TOTAL, type Place, type Total } from "../../domain/ledger/journal.ts";
import { type Amounts, minus, NO_AMOUNTS } from "../../domain/ledger/loan-book.ts";
import type { LedgerLoan } from "../../domain/ledger/state.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { sumOf, toAmounts, toEntries, toTotal } from "./rows.ts";
import {
  journalEntries,
  journalPostings,
  ledgerDays,
  ledgerLoans,
  ledgerTotals,
  loanBalances,
  loanDays,
  loanEntries,
} from "./tables.ts";

/** The entry of this id, or null. Found by primary key: the id holds the sequence. */
export async function findEntry(db: Database, tenant: string, id: string): Promise<Entry | null> {
  const sequence = sequenceOf(id);
  if (sequence === null) return null;
  const [entries, postings] = await db.batch([
    db
      .select(selection(journalEntries))
      .from(journalEntries)
      .where(
        and(
          eq(journalEntries.tenant_id, tenant),
          eq(journalEntries.sequence, sequence),
          eq(journalEntries.journal_entry_id, id),
        ),
      ),
    db
      .select(selection(journalPostings))
      .from(journalPostings)
      .where(and(eq(journalPostings.tenant_id, tenant), eq(journalPostings.sequence, sequence))),
  ]);
  return toEntries(entries, postings)[0] ?? null;
}

/** Which entries of a loan a page shows; `before` is the place where the page before ended. */
export interface JournalPage {
  readonly from_date: string | undefined;
  readonly to_date: string | undefined;
  readonly event_type: EntryType | undefined;
  readonly before: Place | null;
  readonly limit: number;
}

/**
 * A loan's entries with that loan's postings alone, newest first, one more than `limit` where there are more; null for
 * a loan that is not known.
 */
export async function entriesOfLoan(
  db: Database,
  tenant: string,
  loan_id: string,
  page: JournalPage,
): Promise<Entry[] | null> {
  const { from_date, to_date, event_type, before, limit } = page;
  const shown = db
    .select({ sequence: loanEntries.sequence, position: loanEntries.position })
    .from(loanEntries)
    .where(
      and(
        eq(loanEntries.tenant_id, tenant),
        eq(loanEntries.loan_id, loan_id),
        before === null ? undefined : isBefore(loanEntries, before),
        from_date === undefined ? undefined : gte(loanEntries.effective_at, from_date),
        to_date === undefined ? undefined : lte(loanEntries.effective_at, to_date),
        event_type === undefined ? undefined : eq(loanEntries.event_type, event_type),
      ),
    )
    .orderBy(desc(loanEntries.sequence), desc(loanEntries.position))
    .limit(limit + 1);
  const [loans, entries, postings] = await db.batch([
    loanQuery(db, tenant, loan_id),
    db
      .select(selection(journalEntries))
      .from(journalEntries)
      .where(
        and(
          eq(journalEntries.tenant_id, tenant),
          sql`(${journalEntries.sequence}, ${journalEntries.position}) IN ${shown}`,
        ),
      )
      .orderBy(desc(journalEntries.sequence), desc(journalEntries.position)),
    db
      .select(selection(journalPostings))
      .from(journalPostings)
      .where(
        and(
          eq(journalPostings.tenant_id, tenant),
          sql`(${journalPostings.sequence}, ${journalPostings.position}) IN ${shown}`,
          eq(journalPostings.loan_id, loan_id),
        ),
      ),
  ]);
  return loans.length === 0 ? null : toEntries(entries, postings);
}

/** True for a row of an entry that was posted before `place`. */
const isBefore = (table: typeof loanEntries | typeof journalEntries, { sequence, position }: Place): SQL =>
  sql`(${table.sequence}, ${table.position}) < (${sequence}, ${position})`;

/** A page of the whole journal ends before the entry that would take it beyond so many loans' postings. */
const PAGE_LOANS_MAX = 10_000;

/** Entries of the whole journal, in the order of posting. */
export interface EntryPage {
  readonly entries: readonly Entry[];
  /** True when the journal ends here. */
  readonly isLast: boolean;
}

/**
 * The tenant's next entries in the order of their posting, after a place: at most `limit`, and fewer where entries have
 * the postings of many loans.
 */
export async function entriesAfter(
  db: Database,
  tenant: string,
  after: Place,
  limit: number,
): Promise<EntryPage> {
  const heads = await db
    .select(selection(journalEntries))
    .from(journalEntries)
    .where(
      and(
        eq(journalEntries.tenant_id, tenant),
        sql`(${journalEntries.sequence}, ${journalEntries.position}) > (${after.sequence}, ${after.position})`,
      ),
    )
    .orderBy(asc(journalEntries.sequence), asc(journalEntries.position))
    .limit(limit);
  let loans = 0;
  const end = heads.findIndex(({ loan_count }, index) => {
    loans += loan_count;
    return index > 0 && loans > PAGE_LOANS_MAX;
  });
  const entries = end < 0 ? heads : heads.slice(0, end);
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last) return { entries: [], isLast: true };
  const postings = await db
    .select(selection(journalPostings))
    .from(journalPostings)
    .where(
      and(
        eq(journalPostings.tenant_id, tenant),
        sql`(${journalPostings.sequence}, ${journalPostings.position})
          BETWEEN (${first.sequence}, ${first.position}) AND (${last.sequence}, ${last.position})`,
      ),
    );
  return { entries: toEntries(entries, postings), isLast: end < 0 && heads.length < limit };
}

function loanQuery(db: Database, tenant: string, loan_id: string) {
  return db
    .select({ borrower_id: ledgerLoans.borrower_id, currency: ledgerLoans.currency })
    .from(ledgerLoans)
    .where(and(eq(ledgerLoans.tenant_id, tenant), eq(ledgerLoans.loan_id, loan_id)));
}

/** A loan's balances as of a day. */
export interface LoanBalance {
  readonly loan: LedgerLoan;
  readonly amounts: Amounts;
  /** Milliseconds since 1970 of the loan's last posting. */
  readonly last_posted_at: number | null;
}

/**
 * A loan's balance as of a day, or null for a loan that is not known. Reads the present balances less the days after,
 * so the cost is one row for each day after `as_of` that has postings, however many there are.
 */
export async function loanBalance(
  db: Database,
  tenant: string,
  loan_id: string,
  as_of: string,
): Promise<LoanBalance | null> {
  const last = db
    .select({ sequence: loanEntries.sequence, position: loanEntries.position })
    .from(loanEntries)
    .where(and(eq(loanEntries.tenant_id, tenant), eq(loanEntries.loan_id, loan_id)))
    .orderBy(desc(loanEntries.sequence), desc(loanEntries.position))
    .limit(1);
  const [loans, [balances], [after], [newest]] = await db.batch([
    loanQuery(db, tenant, loan_id),
    db
      .select(selection(loanBalances))
      .from(loanBalances)
      .where(and(eq(loanBalances.tenant_id, tenant), eq(loanBalances.loan_id, loan_id))),
    db
      .select({
        principal_minor: sumOf(loanDays.principal_minor),
        interest_minor: sumOf(loanDays.interest_minor),
        fees_minor: sumOf(loanDays.fees_minor),
        clearing_minor: sumOf(loanDays.clearing_minor),
        suspense_minor: sumOf(loanDays.suspense_minor),
      })
      .from(loanDays)
      .where(and(eq(loanDays.tenant_id, tenant), eq(loanDays.loan_id, loan_id), gt(loanDays.day, as_of))),
    db
      .select({ posted_at: journalEntries.posted_at })
      .from(journalEntries)
      .where(
        and(
          eq(journalEntries.tenant_id, tenant),
          sql`(${journalEntries.sequence}, ${journalEntries.position}) IN ${last}`,
        ),
      ),
  ]);
  const [loan] = loans;
  if (!loan) return null;
  const amounts = balances && after ? minus(toAmounts(balances), toAmounts(after)) : NO_AMOUNTS;
  return { loan, amounts, last_posted_at: newest?.posted_at ?? null };
}

/** An account's debits and credits as of a day, at the same cost. */
export async function accountTotal(
  db: Database,
  tenant: string,
  book: string,
  account: AccountCode,
  currency: string,
  layer: Layer,
  as_of: string,
): Promise<Total> {
  const within = (table: typeof ledgerTotals | typeof ledgerDays): SQL | undefined =>
    and(
      eq(table.tenant_id, tenant),
      eq(table.book, book),
      eq(table.account_code, account),
      eq(table.currency, currency),
      eq(table.layer, layer),
    );
  const [[all], [after]] = await db.batch([
    db.select(selection(ledgerTotals)).from(ledgerTotals).where(within(ledgerTotals)),
    db
      .select({
        dr_hi: sumOf(ledgerDays.dr_hi),
        dr_lo: sumOf(ledgerDays.dr_lo),
        cr_hi: sumOf(ledgerDays.cr_hi),
        cr_lo: sumOf(ledgerDays.cr_lo),
      })
      .from(ledgerDays)
      .where(and(within(ledgerDays), gt(ledgerDays.day, as_of))),
  ]);
  if (!all || !after) return NO_TOTAL;
  const [total, later] = [toTotal(all), toTotal(after)];
  return { dr_minor: total.dr_minor - later.dr_minor, cr_minor: total.cr_minor - later.cr_minor };
}
