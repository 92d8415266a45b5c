import { and, desc, eq, gt, type SQL, sql } from "drizzle-orm";
import { ACCOUNT_CODES, type AccountCode } from "../../domain/ledger/accounts.ts";
import { type AccountPlace, WHOLE_LEDGER } from "../../domain/ledger/books.ts";
import { NO_TOTAL, type Total } from "../../domain/ledger/journal.ts";
import { type Amounts, minus, NO_AMOUNTS } from "../../domain/ledger/loan-book.ts";
import type { LedgerLoan } from "../../domain/ledger/state.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { isAt } from "./places.ts";
import { columnSum, DAY_SUMS, toAmounts, toTotal } from "./rows.ts";
import {
  journalEntries,
  ledgerDays,
  ledgerLoans,
  ledgerTotals,
  loanBalances,
  loanDays,
  loanEntries,
} from "./tables.ts";

/** The row of a loan, if the ledger knows it. */
export function loanQuery(db: Database, tenant: string, loan_id: string) {
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
interface LoanBalance {
  readonly loan: LedgerLoan;
  readonly currency: string;
  readonly amounts: Amounts;
  /** The time of the loan's last posting that takes effect up to the day, in milliseconds since 1970. */
  readonly last_posted_at: number | null;
}

/** The place of the loan's last posted entry, of those that take effect up to a day if one is given. */
function lastEntryOf(db: Database, tenant: string, loan_id: string, upto?: string) {
  return db
    .select({ sequence: loanEntries.sequence, position: loanEntries.position })
    .from(loanEntries)
    .where(
      and(
        eq(loanEntries.tenant_id, tenant),
        eq(loanEntries.loan_id, loan_id),
        // With the sign the planner walks back from the last posting: by the index of days it would sort all of them.
        upto === undefined ? undefined : sql`+${loanEntries.effective_at} <= ${upto}`,
      ),
    )
    .orderBy(desc(loanEntries.sequence), desc(loanEntries.position))
    .limit(1);
}

/** The requested currency, or else that of the loan's last entry: a loan that follows its records may have had others. */
export function currencyOf(db: Database, tenant: string, loan_id: string, asked: string | undefined): SQL {
  if (asked !== undefined) return sql`${asked}`;
  return sql`(SELECT ${journalEntries.currency} FROM ${journalEntries}
    WHERE ${isAt(journalEntries, tenant, lastEntryOf(db, tenant, loan_id))})`;
}

/** A loan's books in one currency. */
export interface LoanCurrency {
  readonly loan_id: string;
  /** SQL of one value. */
  readonly currency: SQL;
}

/** A loan's present balances. */
export const balancesQuery = (db: Database, tenant: string, { loan_id, currency }: LoanCurrency) =>
  db
    .select(selection(loanBalances))
    .from(loanBalances)
    .where(
      and(
        eq(loanBalances.tenant_id, tenant),
        eq(loanBalances.loan_id, loan_id),
        eq(loanBalances.currency, currency),
      ),
    );

/** What some of a loan's days changed: those for which `when` is true. */
export const daysQuery = (db: Database, tenant: string, { loan_id, currency }: LoanCurrency, when: SQL) =>
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
  { loan_id, currency: asked }: { readonly loan_id: string; readonly currency: string | undefined },
  as_of: string,
): Promise<LoanBalance | null> {
  const own = { loan_id, currency: currencyOf(db, tenant, loan_id, asked) };
  const [loans, [balances], [after], [newest], [active]] = await db.batch([
    loanQuery(db, tenant, loan_id),
    balancesQuery(db, tenant, own),
    daysQuery(db, tenant, own, gt(loanDays.day, as_of)),
    db
      .select({ currency: journalEntries.currency })
      .from(journalEntries)
      .where(isAt(journalEntries, tenant, lastEntryOf(db, tenant, loan_id))),
    db
      .select({ posted_at: journalEntries.posted_at })
      .from(journalEntries)
      .where(isAt(journalEntries, tenant, lastEntryOf(db, tenant, loan_id, as_of))),
  ]);
  const [loan] = loans;
  if (!loan) return null;
  const amounts = balances && after ? minus(toAmounts(balances), toAmounts(after)) : NO_AMOUNTS;
  return {
    loan,
    currency: asked ?? newest?.currency ?? loan.currency,
    amounts,
    last_posted_at: active?.posted_at ?? null,
  };
}

/** The columns that a query over days of accounts sums. */
export const TOTAL_SUMS = {
  dr_hi: columnSum(ledgerDays.dr_hi),
  dr_lo: columnSum(ledgerDays.dr_lo),
  cr_hi: columnSum(ledgerDays.cr_hi),
  cr_lo: columnSum(ledgerDays.cr_lo),
};

const lessTotal = (total: Total, less: Total): Total => ({
  dr_minor: total.dr_minor - less.dr_minor,
  cr_minor: total.cr_minor - less.cr_minor,
});

/** An account's debits and credits as of a day: the present ones less those of the days after. */
export async function accountTotal(
  db: Database,
  tenant: string,
  place: AccountPlace,
  as_of: string,
): Promise<Total> {
  const within = (table: typeof ledgerTotals | typeof ledgerDays): SQL | undefined =>
    and(
      eq(table.tenant_id, tenant),
      eq(table.book, place.book),
      eq(table.account_code, place.account_code),
      eq(table.currency, place.currency),
      eq(table.layer, place.layer),
    );
  const [[all], [after]] = await db.batch([
    db.select(selection(ledgerTotals)).from(ledgerTotals).where(within(ledgerTotals)),
    db
      .select(TOTAL_SUMS)
      .from(ledgerDays)
      .where(and(within(ledgerDays), gt(ledgerDays.day, as_of))),
  ]);
  if (!all || !after) return NO_TOTAL;
  return lessTotal(toTotal(all), toTotal(after));
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
      .select({ account_code: ledgerDays.account_code, ...TOTAL_SUMS })
      .from(ledgerDays)
      .where(and(within(ledgerDays), gt(ledgerDays.day, as_of)))
      .groupBy(ledgerDays.account_code),
  ]);
  const later = new Map(after.map((row) => [row.account_code, toTotal(row)]));
  return new Map(
    totals.map((row) => {
      const less = later.get(row.account_code) ?? NO_TOTAL;
      return [row.account_code, lessTotal(toTotal(row), less)];
    }),
  );
}
