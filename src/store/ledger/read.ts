import { and, desc, eq, gt, gte, lte, type SQL, sql } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import { ACCOUNT_CODES, type AccountCode, type Layer } from "../../domain/ledger/accounts.ts";
import { WHOLE_LEDGER } from "../../domain/ledger/books.ts";
import {
  type Entry,
  type EntryPlace,
  type EntryType,
  NO_TOTAL,
  type Total,
} from "../../domain/ledger/journal.ts";
import { type Amounts, minus, NO_AMOUNTS } from "../../domain/ledger/loan-book.ts";
import type { LedgerLoan } from "../../domain/ledger/state.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { isAt, isPostedBefore } from "./places.ts";
import { DAY_SUMS, sumOf, toAmounts, toEntries, toTotal } from "./rows.ts";
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

/** The entry with this id, or null. It is found by primary key, because the id contains the sequence. */
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

/** Which entries of a loan a page shows; `before` is the place where the previous page ended. */
export interface JournalPage {
  readonly from_date: string | undefined;
  readonly to_date: string | undefined;
  readonly event_type: EntryType | undefined;
  readonly before: EntryPlace | null;
  readonly limit: number;
}

/**
 * A loan's entries with only that loan's postings, newest first: one more than `limit` if there are more; null for an
 * unknown loan.
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
        before === null ? undefined : isPostedBefore(loanEntries, before),
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
      .where(isAt(journalEntries, tenant, shown))
      .orderBy(desc(journalEntries.sequence), desc(journalEntries.position)),
    db
      .select(selection(journalPostings))
      .from(journalPostings)
      .where(and(isAt(journalPostings, tenant, shown), eq(journalPostings.loan_id, loan_id))),
  ]);
  return loans.length === 0 ? null : toEntries(entries, postings);
}

/** Which entries of the whole journal a page shows. */
export type JournalListPage = JournalPage;

/** A page of the journal, newest first. */
export interface JournalList {
  readonly entries: readonly Entry[];
  /** The place of the last entry that the page examined; null at the end of the journal. */
  readonly end: EntryPlace | null;
}

/** The most entries that a page of the list examines, whether they match the filter or not. */
const EXAMINED_MAX = 20_000;
/** A page of the list ends before the entry that would exceed this number of loans: their lines make about 2 MB. */
const LISTED_LOANS_MAX = 3_000;

/** The tenant's entries before a place, newest first: at most `limit`, and fewer if they are large. */
export async function journalList(db: Database, tenant: string, page: JournalListPage): Promise<JournalList> {
  const { from_date, to_date, event_type, before, limit } = page;
  const examined = sql`
    SELECT tenant_id, sequence, position, effective_at, event_type, loan_count FROM journal_entries
    WHERE tenant_id = ${tenant} ${before ? sql`AND (sequence, position) < (${before.sequence}, ${before.position})` : sql``}
    ORDER BY sequence DESC, position DESC LIMIT ${EXAMINED_MAX}`;
  const found = await db.all<EntryPlace & { loan_count: number }>(sql`
    SELECT sequence, position, loan_count FROM (${examined})
    WHERE effective_at BETWEEN ${from_date ?? ""} AND ${to_date ?? "9999-12-31"}
      ${event_type === undefined ? sql`` : sql`AND event_type = ${event_type}`}
    LIMIT ${limit + 1}`);
  const shown = withinLoans(found.slice(0, limit), LISTED_LOANS_MAX);
  const places = JSON.stringify(shown.map(({ sequence, position }) => [sequence, position]));
  const listed = sql`(SELECT value ->> 0, value ->> 1 FROM json_each(${places}))`;
  const [entries, postings, rest] = await db.batch([
    db
      .select(selection(journalEntries))
      .from(journalEntries)
      .where(isAt(journalEntries, tenant, listed))
      .orderBy(desc(journalEntries.sequence), desc(journalEntries.position)),
    db
      .select(selection(journalPostings))
      .from(journalPostings)
      .where(isAt(journalPostings, tenant, listed)),
    db
      .select({
        sequence: sql<number>`sequence`.as("sequence"),
        position: sql<number>`position`.as("position"),
        count: sql<number>`count`.as("count"),
      })
      .from(
        sql`(SELECT sequence, position, count(*) OVER () AS count FROM (${examined})
          ORDER BY sequence, position LIMIT 1) AS examined`,
      ),
  ]);
  const isCut = shown.length < found.length;
  const last = shown.at(-1);
  if (isCut && last) return { entries: toEntries(entries, postings), end: placeOf(last) };
  const [scanned] = rest;
  const end = scanned && scanned.count === EXAMINED_MAX ? placeOf(scanned) : null;
  return { entries: toEntries(entries, postings), end };
}

const placeOf = ({ sequence, position }: EntryPlace): EntryPlace => ({ sequence, position });

/** The first entries, at least one, that together touch at most a number of loans. */
function withinLoans<T extends { readonly loan_count: number }>(
  entries: readonly T[],
  max: number,
): readonly T[] {
  let loans = 0;
  const end = entries.findIndex(({ loan_count }, index) => {
    loans += loan_count;
    return index > 0 && loans > max;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

function loanQuery(db: Database, tenant: string, loan_id: string) {
  return db
    .select({
      borrower_id: ledgerLoans.borrower_id,
      currency: ledgerLoans.currency,
      follows_records: ledgerLoans.follows_records,
    })
    .from(ledgerLoans)
    .where(and(eq(ledgerLoans.tenant_id, tenant), eq(ledgerLoans.loan_id, loan_id)));
}

/** A loan's balances in one currency as of a day. */
export interface LoanBalance {
  readonly loan: LedgerLoan;
  readonly currency: string;
  readonly amounts: Amounts;
  /** The time of the loan's last posting, in milliseconds since 1970. */
  readonly last_posted_at: number | null;
}

/** The place of the loan's last posted entry. */
function lastEntryOf(db: Database, tenant: string, loan_id: string) {
  return db
    .select({ sequence: loanEntries.sequence, position: loanEntries.position })
    .from(loanEntries)
    .where(and(eq(loanEntries.tenant_id, tenant), eq(loanEntries.loan_id, loan_id)))
    .orderBy(desc(loanEntries.sequence), desc(loanEntries.position))
    .limit(1);
}

/** The requested currency, or else that of the loan's last entry: a loan that follows its records may have had others. */
export function currencyOf(db: Database, tenant: string, loan_id: string, asked: string | undefined): SQL {
  if (asked !== undefined) return sql`${asked}`;
  return sql`(SELECT ${journalEntries.currency} FROM ${journalEntries} WHERE ${journalEntries.tenant_id} = ${tenant}
    AND (${journalEntries.sequence}, ${journalEntries.position}) IN ${lastEntryOf(db, tenant, loan_id)})`;
}

/** What some of a loan's days changed: those for which `when` is true. */
export const daysQuery = (db: Database, tenant: string, loan_id: string, currency: SQL, when: SQL) =>
  db
    .select(DAY_SUMS)
    .from(loanDays)
    .where(
      and(
        eq(loanDays.tenant_id, tenant),
        eq(loanDays.loan_id, loan_id),
        eq(loanDays.currency, currency),
        when,
      ),
    );

/**
 * A loan's balance as of a day, or null for an unknown loan; in the currency of its last entry unless another is
 * requested. It is the present balance less the days after, so the cost is one row for each day after `as_of` that has
 * postings, regardless of their number.
 */
export async function readLoanBalance(
  db: Database,
  tenant: string,
  loan_id: string,
  asked: string | undefined,
  as_of: string,
): Promise<LoanBalance | null> {
  const last = lastEntryOf(db, tenant, loan_id);
  const currency = currencyOf(db, tenant, loan_id, asked);
  const [loans, [balances], [after], [newest]] = await db.batch([
    loanQuery(db, tenant, loan_id),
    db
      .select(selection(loanBalances))
      .from(loanBalances)
      .where(
        and(
          eq(loanBalances.tenant_id, tenant),
          eq(loanBalances.loan_id, loan_id),
          eq(loanBalances.currency, currency),
        ),
      ),
    daysQuery(db, tenant, loan_id, currency, gt(loanDays.day, as_of)),
    db
      .select({ posted_at: journalEntries.posted_at, currency: journalEntries.currency })
      .from(journalEntries)
      .where(isAt(journalEntries, tenant, last)),
  ]);
  const [loan] = loans;
  if (!loan) return null;
  const amounts = balances && after ? minus(toAmounts(balances), toAmounts(after)) : NO_AMOUNTS;
  return {
    loan,
    currency: asked ?? newest?.currency ?? loan.currency,
    amounts,
    last_posted_at: newest?.posted_at ?? null,
  };
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

/** Every account's debits and credits in a currency as of a day, without accounts that have no postings. */
export async function readTrialBalance(
  db: Database,
  tenant: string,
  currency: string,
  as_of: string,
): Promise<ReadonlyMap<AccountCode, Total>> {
  const within = (table: typeof ledgerTotals | typeof ledgerDays): SQL | undefined =>
    and(
      eq(table.tenant_id, tenant),
      eq(table.book, WHOLE_LEDGER),
      sql`${table.account_code} IN ${[...ACCOUNT_CODES]}`,
      eq(table.currency, currency),
      eq(table.layer, "SETTLED"),
    );
  const [totals, after] = await db.batch([
    db.select(selection(ledgerTotals)).from(ledgerTotals).where(within(ledgerTotals)),
    db
      .select({
        account_code: ledgerDays.account_code,
        dr_hi: sumOf(ledgerDays.dr_hi),
        dr_lo: sumOf(ledgerDays.dr_lo),
        cr_hi: sumOf(ledgerDays.cr_hi),
        cr_lo: sumOf(ledgerDays.cr_lo),
      })
      .from(ledgerDays)
      .where(and(within(ledgerDays), gt(ledgerDays.day, as_of)))
      .groupBy(ledgerDays.account_code),
  ]);
  const later = new Map(after.map((row) => [row.account_code, toTotal(row)]));
  return new Map(
    totals.map((row) => {
      const [total, less] = [toTotal(row), later.get(row.account_code) ?? NO_TOTAL];
      const rest = { dr_minor: total.dr_minor - less.dr_minor, cr_minor: total.cr_minor - less.cr_minor };
      return [row.account_code, rest];
    }),
  );
}
