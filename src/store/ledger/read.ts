import { and, asc, desc, eq, gt, gte, lt, lte, type SQL, sql } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import { type AccountCode, type Layer, RECEIVABLES } from "../../domain/ledger/accounts.ts";
import type { LedgerLoan } from "../../domain/ledger/decide.ts";
import { type Entry, type EntryType, NO_TOTAL, type Total } from "../../domain/ledger/journal.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { toEntries, WHOLE_LEDGER } from "./load.ts";
import { journalEntries, journalPostings, ledgerDays, ledgerLoans, ledgerTotals } from "./tables.ts";

/** The entry of this id, or null. Two rows by primary key: the id holds the sequence. */
export async function findEntry(db: Database, tenant: string, id: string): Promise<Entry | null> {
  const sequence = sequenceOf(id);
  if (sequence === null) return null;
  const [entry] = await entriesAt(
    db,
    tenant,
    and(eq(journalEntries.sequence, sequence), eq(journalEntries.journal_entry_id, id)),
    eq(journalPostings.sequence, sequence),
  );
  return entry ?? null;
}

async function entriesAt(db: Database, tenant: string, ofEntries: SQL | undefined, ofPostings: SQL) {
  const [entries, postings] = await db.batch([
    db
      .select(selection(journalEntries))
      .from(journalEntries)
      .where(and(eq(journalEntries.tenant_id, tenant), ofEntries)),
    db
      .select(selection(journalPostings))
      .from(journalPostings)
      .where(and(eq(journalPostings.tenant_id, tenant), ofPostings)),
  ]);
  return toEntries(entries, postings);
}

/** Which entries of a loan a page shows; `before` is the sequence where the page before ended. */
export interface JournalPage {
  readonly from_date: string | undefined;
  readonly to_date: string | undefined;
  readonly event_type: EntryType | undefined;
  readonly before: number | null;
  readonly limit: number;
}

/** A loan's entries, newest first, one more than `limit` where there are more; null for a loan that is not known. */
export async function loanEntries(
  db: Database,
  tenant: string,
  loan_id: string,
  page: JournalPage,
): Promise<Entry[] | null> {
  const { from_date, to_date, event_type, before, limit } = page;
  const [loans, entries] = await db.batch([
    loanQuery(db, tenant, loan_id),
    db
      .select(selection(journalEntries))
      .from(journalEntries)
      .where(
        and(
          eq(journalEntries.tenant_id, tenant),
          eq(journalEntries.loan_id, loan_id),
          before === null ? undefined : lt(journalEntries.sequence, before),
          from_date === undefined ? undefined : gte(journalEntries.effective_at, from_date),
          to_date === undefined ? undefined : lte(journalEntries.effective_at, to_date),
          event_type === undefined ? undefined : eq(journalEntries.event_type, event_type),
        ),
      )
      .orderBy(desc(journalEntries.sequence))
      .limit(limit + 1),
  ]);
  return loans.length === 0 ? null : withPostings(db, tenant, entries);
}

async function withPostings(
  db: Database,
  tenant: string,
  entries: readonly (typeof journalEntries.$inferSelect)[],
): Promise<Entry[]> {
  if (entries.length === 0) return [];
  const sequences = JSON.stringify(entries.map(({ sequence }) => sequence));
  const postings = await db
    .select(selection(journalPostings))
    .from(journalPostings)
    .where(
      and(
        eq(journalPostings.tenant_id, tenant),
        sql`${journalPostings.sequence} IN (SELECT value FROM json_each(${sequences}))`,
      ),
    );
  return toEntries(entries, postings);
}

/** The tenant's entries in the order of their posting, after a sequence. */
export async function entriesAfter(
  db: Database,
  tenant: string,
  after: number,
  limit: number,
): Promise<Entry[]> {
  const entries = await db
    .select(selection(journalEntries))
    .from(journalEntries)
    .where(and(eq(journalEntries.tenant_id, tenant), gt(journalEntries.sequence, after)))
    .orderBy(asc(journalEntries.sequence))
    .limit(limit);
  return withPostings(db, tenant, entries);
}

function loanQuery(db: Database, tenant: string, loan_id: string) {
  return db
    .select({ borrower_id: ledgerLoans.borrower_id, currency: ledgerLoans.currency })
    .from(ledgerLoans)
    .where(and(eq(ledgerLoans.tenant_id, tenant), eq(ledgerLoans.loan_id, loan_id)));
}

type Sums = ReadonlyMap<AccountCode, Total>;

/** What a loan's borrower owes, by receivable account. */
export interface LoanBalance {
  readonly loan: LedgerLoan;
  readonly totals: Sums;
  /** Milliseconds since 1970 of the loan's last posting. */
  readonly last_posted_at: number | null;
}

/**
 * A loan's balance as of a day, or null for a loan that is not known. Reads the all-time totals less the days after,
 * so the cost is at most one row for each day after `as_of` that has postings, however many there are.
 */
export async function loanBalance(
  db: Database,
  tenant: string,
  loan_id: string,
  as_of: string,
): Promise<LoanBalance | null> {
  const currency = sql`(SELECT ${ledgerLoans.currency} FROM ${ledgerLoans}
    WHERE ${ledgerLoans.tenant_id} = ${tenant} AND ${ledgerLoans.loan_id} = ${loan_id})`;
  const [loans, totals, after, last] = await db.batch([
    loanQuery(db, tenant, loan_id),
    totalsQuery(db, tenant, loan_id, RECEIVABLES, currency, "SETTLED"),
    daysAfterQuery(db, tenant, loan_id, RECEIVABLES, currency, "SETTLED", as_of),
    db
      .select({ posted_at: journalEntries.posted_at })
      .from(journalEntries)
      .where(and(eq(journalEntries.tenant_id, tenant), eq(journalEntries.loan_id, loan_id)))
      .orderBy(desc(journalEntries.sequence))
      .limit(1),
  ]);
  const [loan] = loans;
  if (!loan) return null;
  return { loan, totals: difference(totals, after), last_posted_at: last[0]?.posted_at ?? null };
}

/** An account's debits and credits as of a day, at the same cost. */
export async function accountTotal(
  db: Database,
  tenant: string,
  account: AccountCode,
  currency: string,
  layer: Layer,
  as_of: string,
): Promise<Total> {
  const [totals, after] = await db.batch([
    totalsQuery(db, tenant, WHOLE_LEDGER, [account], sql`${currency}`, layer),
    daysAfterQuery(db, tenant, WHOLE_LEDGER, [account], sql`${currency}`, layer, as_of),
  ]);
  return difference(totals, after).get(account) ?? NO_TOTAL;
}

interface SumRow extends Total {
  readonly account_code: AccountCode;
}

function difference(totals: readonly SumRow[], after: readonly SumRow[]): Sums {
  const later = new Map(after.map((row) => [row.account_code, row]));
  return new Map(
    totals.map(({ account_code, dr_minor, cr_minor }) => {
      const less = later.get(account_code) ?? NO_TOTAL;
      return [account_code, { dr_minor: dr_minor - less.dr_minor, cr_minor: cr_minor - less.cr_minor }];
    }),
  );
}

function totalsQuery(
  db: Database,
  tenant: string,
  book: string,
  accounts: readonly AccountCode[],
  currency: SQL,
  layer: Layer,
) {
  const { account_code, dr_minor, cr_minor } = selection(ledgerTotals);
  return db
    .select({ account_code, dr_minor, cr_minor })
    .from(ledgerTotals)
    .where(within(ledgerTotals, tenant, book, accounts, currency, layer));
}

function daysAfterQuery(
  db: Database,
  tenant: string,
  book: string,
  accounts: readonly AccountCode[],
  currency: SQL,
  layer: Layer,
  as_of: string,
) {
  const sum = (column: typeof ledgerDays.dr_minor | typeof ledgerDays.cr_minor) =>
    sql`CAST(SUM(${column}) AS TEXT)`.mapWith(column);
  return db
    .select({
      account_code: ledgerDays.account_code,
      dr_minor: sum(ledgerDays.dr_minor),
      cr_minor: sum(ledgerDays.cr_minor),
    })
    .from(ledgerDays)
    .where(and(within(ledgerDays, tenant, book, accounts, currency, layer), gt(ledgerDays.day, as_of)))
    .groupBy(ledgerDays.account_code);
}

function within(
  table: typeof ledgerTotals | typeof ledgerDays,
  tenant: string,
  book: string,
  accounts: readonly AccountCode[],
  currency: SQL,
  layer: Layer,
): SQL | undefined {
  return and(
    eq(table.tenant_id, tenant),
    eq(table.book, book),
    sql`${table.account_code} IN ${[...accounts]}`,
    sql`${table.currency} = ${currency}`,
    eq(table.layer, layer),
  );
}
