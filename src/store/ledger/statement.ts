import { and, asc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import { loanChanges } from "../../domain/ledger/books.ts";
import type { Entry } from "../../domain/ledger/journal.ts";
import {
  type Amounts,
  minus,
  NO_AMOUNTS,
  onNormalSide,
  partOf,
  plus,
} from "../../domain/ledger/loan-book.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { isAt } from "./places.ts";
import { currencyOf, daysQuery } from "./read.ts";
import { HALF, toAmounts, toEntries } from "./rows.ts";
import { journalEntries, journalPostings, ledgerLoans, loanBalances, loanDays } from "./tables.ts";

/** Where a page of a statement ended. */
export interface StatementPlace {
  readonly day: string;
  readonly sequence: number;
  readonly position: number;
}

/** An entry of a loan: what it changes, and the balances after it. */
export interface StatementItem {
  readonly entry: Entry;
  readonly change: Amounts;
  readonly balance: Amounts;
}

export interface LoanStatement {
  /** The balances before the page's first item. */
  readonly opening: Amounts;
  /** One more than `limit` if there are more. */
  readonly items: readonly StatementItem[];
}

export interface StatementPage {
  /** For a loan with entries in several currencies; the currency of its last entry if none is requested. */
  readonly currency: string | undefined;
  readonly from_date: string | undefined;
  readonly to_date: string | undefined;
  readonly after: StatementPlace | null;
  readonly limit: number;
}

/**
 * A loan's entries in the order of their days, and within a day in the order of posting, each with the balances after
 * it; null for an unknown loan. The opening balances are the present ones less the days from the page's first on, so
 * the cost of a page is its entries and the days after it.
 */
export async function statementOf(
  db: Database,
  tenant: string,
  loan_id: string,
  page: StatementPage,
): Promise<LoanStatement | null> {
  const { from_date = "", to_date = "9999-12-31", after, limit } = page;
  const firstDay = after?.day ?? from_date;
  const currency = currencyOf(db, tenant, loan_id, page.currency);
  const shown = sql`(
    SELECT sequence, position FROM loan_entries AS listed INDEXED BY loan_entries_by_day
    WHERE tenant_id = ${tenant} AND loan_id = ${loan_id} AND effective_at <= ${to_date}
      AND ${isIn(currency)}
      AND (effective_at, sequence, position) > (${firstDay}, ${after?.sequence ?? 0}, ${after?.position ?? 0})
    ORDER BY effective_at, sequence, position LIMIT ${limit + 1})`;
  const [loans, entries, postings, balances, later, sameDay] = await db.batch([
    db
      .select({ loan_id: ledgerLoans.loan_id })
      .from(ledgerLoans)
      .where(and(eq(ledgerLoans.tenant_id, tenant), eq(ledgerLoans.loan_id, loan_id))),
    db
      .select(selection(journalEntries))
      .from(journalEntries)
      .where(isAt(journalEntries, tenant, shown))
      .orderBy(asc(journalEntries.effective_at), asc(journalEntries.sequence), asc(journalEntries.position)),
    db
      .select(selection(journalPostings))
      .from(journalPostings)
      .where(and(isAt(journalPostings, tenant, shown), eq(journalPostings.loan_id, loan_id))),
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
    daysQuery(db, tenant, loan_id, currency, gte(loanDays.day, firstDay)),
    sameDayQuery(db, tenant, loan_id, currency, after),
  ]);
  if (loans.length === 0) return null;
  const [present, since] = [balances[0], later[0]];
  const dayStart = present && since ? minus(toAmounts(present), toAmounts(since)) : NO_AMOUNTS;
  const opening = sameDay.reduce(addSum, dayStart);
  return { opening, items: running(loan_id, opening, toEntries(entries, postings)) };
}

/** True if an entry of a loan is in this currency; `loan_entries` does not hold the currency. */
const isIn = (currency: SQL) => sql`(
  SELECT entry.currency FROM journal_entries AS entry WHERE entry.tenant_id = listed.tenant_id
    AND entry.sequence = listed.sequence AND entry.position = listed.position) = ${currency}`;

/** What the loan's postings moved on the day of `after`, up to that place; in halves, whose sums fit into 64 bits. */
function sameDayQuery(
  db: Database,
  tenant: string,
  loan_id: string,
  currency: SQL,
  after: StatementPlace | null,
) {
  const { day, sequence, position } = after ?? { day: "", sequence: 0, position: 0 };
  const base = sql.raw(HALF.toString());
  const earlier = sql`(
    SELECT sequence, position FROM loan_entries AS listed INDEXED BY loan_entries_by_day
    WHERE tenant_id = ${tenant} AND loan_id = ${loan_id} AND effective_at = ${day}
      AND (sequence, position) <= (${sequence}, ${position}) AND ${isIn(currency)})`;
  return db
    .select({
      debit: journalPostings.debit,
      credit: journalPostings.credit,
      hi: sql<string>`CAST(SUM(${journalPostings.amount_minor} / ${base}) AS TEXT)`.as("hi"),
      lo: sql<string>`CAST(SUM(${journalPostings.amount_minor} % ${base}) AS TEXT)`.as("lo"),
    })
    .from(journalPostings)
    .where(
      and(
        eq(journalPostings.tenant_id, tenant),
        eq(journalPostings.loan_id, loan_id),
        lte(journalPostings.sequence, sequence),
        sql`(${journalPostings.sequence}, ${journalPostings.position}) IN ${earlier}`,
      ),
    )
    .groupBy(journalPostings.debit, journalPostings.credit);
}

interface SumOfMoves {
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  readonly hi: string;
  readonly lo: string;
}

function addSum(amounts: Amounts, { debit, credit, hi, lo }: SumOfMoves): Amounts {
  const amount = BigInt(hi) * HALF + BigInt(lo);
  return add(
    add(amounts, debit, onNormalSide(debit, "DR", amount)),
    credit,
    onNormalSide(credit, "CR", amount),
  );
}

function add(amounts: Amounts, account: AccountCode, change: bigint): Amounts {
  const part = partOf(account);
  return part ? { ...amounts, [part]: amounts[part] + change } : amounts;
}

function running(loan_id: string, opening: Amounts, entries: readonly Entry[]): readonly StatementItem[] {
  let balance = opening;
  return entries.map((entry) => {
    const change = loanChanges(entry).get(loan_id) ?? NO_AMOUNTS;
    balance = plus(balance, change);
    return { entry, change, balance };
  });
}
