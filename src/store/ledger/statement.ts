import { and, asc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { minus, NO_AMOUNTS } from "../../domain/ledger/loan-book.ts";
import { type LoanStatement, statementItems } from "../../domain/ledger/statement.ts";
import type { Database } from "../d1/session.ts";
import { balancesQuery, currencyOf, daysQuery, type LoanCurrency, loanQuery } from "./balances.ts";
import { entriesAt, isAt, postingsAt } from "./places.ts";
import { afterMoves, halvesOf, toAmounts, toEntries } from "./rows.ts";
import { journalEntries, journalPostings, loanDays } from "./tables.ts";

/** Where a page of a statement ended. */
interface StatementPlace {
  readonly day: string;
  readonly sequence: number;
  readonly position: number;
}

interface StatementPage {
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
 * the cost of a page is its entries and the days after it. Has one item more than `limit` if there are more.
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
  const own = { loan_id, currency };
  const shown = sql`(
    SELECT sequence, position FROM loan_entries AS listed INDEXED BY loan_entries_by_day
    WHERE tenant_id = ${tenant} AND loan_id = ${loan_id} AND effective_at <= ${to_date}
      AND ${isIn(currency)}
      AND (effective_at, sequence, position) > (${firstDay}, ${after?.sequence ?? 0}, ${after?.position ?? 0})
    ORDER BY effective_at, sequence, position LIMIT ${limit + 1})`;
  const [loans, entries, postings, balances, later, sameDay] = await db.batch([
    loanQuery(db, tenant, loan_id),
    entriesAt(db, tenant, shown).orderBy(
      asc(journalEntries.effective_at),
      asc(journalEntries.sequence),
      asc(journalEntries.position),
    ),
    postingsAt(db, tenant, shown, loan_id),
    balancesQuery(db, tenant, own),
    daysQuery(db, tenant, own, gte(loanDays.day, firstDay)),
    sameDayQuery(db, tenant, own, after),
  ]);
  const [loan] = loans;
  if (!loan) return null;
  const [present, since] = [balances[0], later[0]];
  const dayStart = present && since ? minus(toAmounts(present), toAmounts(since)) : NO_AMOUNTS;
  const opening = afterMoves(dayStart, sameDay);
  return {
    currency: present?.currency ?? page.currency ?? loan.currency,
    follows_records: loan.follows_records,
    opening,
    items: statementItems(loan_id, opening, toEntries(entries, postings)),
  };
}

/** True if an entry of a loan is in this currency; `loan_entries` does not hold the currency. */
const isIn = (currency: SQL) => sql`(
  SELECT entry.currency FROM journal_entries AS entry WHERE entry.tenant_id = listed.tenant_id
    AND entry.sequence = listed.sequence AND entry.position = listed.position) = ${currency}`;

/** What the loan's postings moved on the day of `after`, up to that place; in halves, whose sums fit into 64 bits. */
function sameDayQuery(
  db: Database,
  tenant: string,
  { loan_id, currency }: LoanCurrency,
  after: StatementPlace | null,
) {
  const { day, sequence, position } = after ?? { day: "", sequence: 0, position: 0 };
  const { hi, lo } = halvesOf(journalPostings.amount_minor);
  const earlier = sql`(
    SELECT sequence, position FROM loan_entries AS listed INDEXED BY loan_entries_by_day
    WHERE tenant_id = ${tenant} AND loan_id = ${loan_id} AND effective_at = ${day}
      AND (sequence, position) <= (${sequence}, ${position}) AND ${isIn(currency)})`;
  return db
    .select({
      debit: journalPostings.debit,
      credit: journalPostings.credit,
      hi: sql<string>`CAST(${hi} AS TEXT)`.as("hi"),
      lo: sql<string>`CAST(${lo} AS TEXT)`.as("lo"),
    })
    .from(journalPostings)
    .where(
      and(
        isAt(journalPostings, tenant, earlier),
        eq(journalPostings.loan_id, loan_id),
        lte(journalPostings.sequence, sequence),
      ),
    )
    .groupBy(journalPostings.debit, journalPostings.credit);
}
