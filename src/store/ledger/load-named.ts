import { sql } from "drizzle-orm";
import type { LedgerNeeds, LedgerState } from "../../domain/ledger/state.ts";
import { bookedParts } from "../bookkeeping/tables.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import type { Database } from "../d1/session.ts";
import { principalAt } from "./principals.ts";

type Reader = (state: LedgerState) => void;

/** Adds the query for the principals of loans on a day before the one on which their accrual takes effect. */
export function addLatePrincipals(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  { manyLoans }: LedgerNeeds,
): Reader {
  const late = [...manyLoans].flatMap(([loan_id, { day, isLate }]) => (isLate ? [[loan_id, day]] : []));
  const principal = principalAt(tenant, sql`listed.value ->> 1`);
  const rows = batch.add(
    () =>
      db
        .select({
          loan_id: sql<string>`loan_id`.as("loan_id"),
          principal_minor: sql<string>`principal_minor`.as("principal_minor"),
        })
        .from(
          sql`(SELECT present.loan_id, CAST(${principal} AS TEXT) AS principal_minor
            FROM json_each(${JSON.stringify(late)}) AS listed CROSS JOIN loan_balances AS present
            WHERE present.tenant_id = ${tenant} AND present.loan_id = listed.value ->> 0)`,
        ),
    late.length > 0,
  );
  return ({ principals }) => {
    for (const { loan_id, principal_minor } of rows()) principals.set(loan_id, BigInt(principal_minor));
  };
}

/** Adds the query for the entries of the originations of disbursements of the records. */
export function addOriginations(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  { originations: ids }: LedgerNeeds,
): Reader {
  const rows = batch.add(
    () =>
      db
        .select({ id: bookedParts.record_id, journal_entry_id: bookedParts.journal_entry_id })
        .from(bookedParts)
        .where(
          sql`(${bookedParts.tenant_id}, ${bookedParts.category}, ${bookedParts.record_id}, ${bookedParts.name}) IN (
            SELECT ${tenant}, 'disbursement', value, 'origination' FROM json_each(${JSON.stringify([...ids])}))`,
        ),
    ids.size > 0,
  );
  return ({ originations }) => {
    for (const { id, journal_entry_id } of rows()) originations.set(id, journal_entry_id);
  };
}
