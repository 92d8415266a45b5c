import { and, between, eq, sql } from "drizzle-orm";
import { WHOLE_LEDGER } from "../../domain/ledger/books.ts";
import type { PeriodTotal } from "../../domain/ledger/summary.ts";
import type { Database } from "../d1/session.ts";
import type { DayRange } from "./journal-list.ts";
import { columnSum, toTotal } from "./rows.ts";
import { ledgerDays } from "./tables.ts";

/** The characters of a day that name its period. */
const CHARACTERS = { day: 10, month: 7 } as const;

/** What the entries of some days debit and credit, by period, currency and account; in this order. */
export async function periodTotals(
  db: Database,
  tenant: string,
  { from, to }: DayRange,
  by: "day" | "month",
): Promise<readonly PeriodTotal[]> {
  const period = sql<string>`substr(${ledgerDays.day}, 1, ${sql.raw(String(CHARACTERS[by]))})`;
  const rows = await db
    .select({
      period: period.as("period"),
      currency: ledgerDays.currency,
      account_code: ledgerDays.account_code,
      dr_hi: columnSum(ledgerDays.dr_hi),
      dr_lo: columnSum(ledgerDays.dr_lo),
      cr_hi: columnSum(ledgerDays.cr_hi),
      cr_lo: columnSum(ledgerDays.cr_lo),
    })
    .from(ledgerDays)
    .where(
      and(
        eq(ledgerDays.tenant_id, tenant),
        eq(ledgerDays.book, WHOLE_LEDGER),
        between(ledgerDays.day, from, to),
      ),
    )
    .groupBy(period, ledgerDays.currency, ledgerDays.account_code)
    .orderBy(period, ledgerDays.currency, ledgerDays.account_code);
  return rows.map(({ period, currency, account_code, ...halves }) => ({
    period,
    currency,
    account_code,
    ...toTotal(halves),
  }));
}
