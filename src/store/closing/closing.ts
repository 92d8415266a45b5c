import { and, asc, desc, eq, lte, sql } from "drizzle-orm";
import { type Closing, type ClosingState, noClosingState } from "../../domain/closing/closing.ts";
import type { AccountBalance } from "../../domain/closing/trial-balance.ts";
import type { Day } from "../../domain/core/dates.ts";
import { ACCOUNT_CODES } from "../../domain/ledger/accounts.ts";
import { WHOLE_LEDGER } from "../../domain/ledger/books.ts";
import { bookkeeping } from "../bookkeeping/tables.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import { rowWriter } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import type { Sql } from "../d1/statement.ts";
import { TOTAL_SUMS } from "../ledger/balances.ts";
import { toTotal } from "../ledger/rows.ts";
import { ledgerDays } from "../ledger/tables.ts";
import { events } from "../log.ts";
import { closings } from "./tables.ts";

/** Adds the query for the last day of the tenant's closed period; null where none is closed. */
export function addClosedThrough(batch: ReadBatch, db: Database, tenant: string): () => Day | null {
  const rows = batch.add(() => lastQuery(db, tenant));
  return () => rows()[0]?.closed_through ?? null;
}

const lastQuery = (db: Database, tenant: string) =>
  db
    .select({ closed_through: closings.closed_through })
    .from(closings)
    .where(eq(closings.tenant_id, tenant))
    .orderBy(desc(closings.sequence))
    .limit(1);

/** The tenant's closings, newest first. */
export const readClosings = (db: Database, tenant: string): Promise<readonly Closing[]> =>
  db.select().from(closings).where(eq(closings.tenant_id, tenant)).orderBy(desc(closings.sequence));

/** The closing that holds, with its event; null if there never was one. */
export async function readLastClosing(db: Database, tenant: string) {
  const [last] = await db
    .select({
      closed_through: closings.closed_through,
      sequence: closings.sequence,
      event_id: events.event_id,
    })
    .from(closings)
    .innerJoin(events, and(eq(events.tenant_id, closings.tenant_id), eq(events.sequence, closings.sequence)))
    .where(eq(closings.tenant_id, tenant))
    .orderBy(desc(closings.sequence))
    .limit(1);
  return last ?? null;
}

/** Adds the queries for what closing through a day is decided on; `day` is undefined where nothing is closed. */
export function addClosing(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  day: Day | undefined,
): () => ClosingState {
  const needed = day !== undefined;
  const left = batch.add(
    () =>
      db
        .select({ after: bookkeeping.after_category })
        .from(bookkeeping)
        .where(eq(bookkeeping.tenant_id, tenant)),
    needed,
  );
  const balances = batch.add(() => balancesUpTo(db, tenant, day ?? ""), needed);
  return () =>
    needed
      ? {
          isOpening: (left()[0]?.after ?? null) !== null,
          balances: balances().map(toBalance),
        }
      : noClosingState();
}

/** Each account with postings up to a day. A day of an account is a row only where something was posted. */
const balancesUpTo = (db: Database, tenant: string, day: Day) =>
  db
    .select({ currency: ledgerDays.currency, account_code: ledgerDays.account_code, ...TOTAL_SUMS })
    .from(ledgerDays)
    .where(
      and(
        eq(ledgerDays.tenant_id, tenant),
        eq(ledgerDays.book, WHOLE_LEDGER),
        sql`${ledgerDays.account_code} IN ${[...ACCOUNT_CODES]}`,
        lte(ledgerDays.day, day),
      ),
    )
    .groupBy(ledgerDays.currency, ledgerDays.account_code)
    .orderBy(asc(ledgerDays.currency), asc(ledgerDays.account_code));

type BalanceRow = Awaited<ReturnType<typeof balancesUpTo>>[number];

const toBalance = ({ currency, account_code, ...sums }: BalanceRow): AccountBalance => ({
  currency,
  account_code,
  total: toTotal(sums),
});

/** The trial balance of every currency up to a day. */
export const readBalances = async (
  db: Database,
  tenant: string,
  day: Day,
): Promise<readonly AccountBalance[]> => (await balancesUpTo(db, tenant, day)).map(toBalance);

const writeRows = rowWriter(closings);

export const closingStatements = (tenant_id: string, closing: Closing | null): readonly Sql[] =>
  closing === null ? [] : writeRows([{ tenant_id, ...closing }]);
