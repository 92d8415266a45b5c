import { and, eq, sql } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import { markKey } from "../../domain/ledger/marks.ts";
import { entriesNeeded, type LedgerNeeds, type LedgerState } from "../../domain/ledger/state.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import { isOneOf, selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { isEntryOfSettlement } from "./rows.ts";
import { accruals, journalEntries, loanLosses, settlements } from "./tables.ts";
import { wantedLoans } from "./wanted.ts";

/** Adds the queries for the facts that hold because of entries without a reversal. */
export function addMarks(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  needs: LedgerNeeds,
): (state: LedgerState) => void {
  const settled = batch.add(
    () =>
      db
        .select({
          disbursement_entry_id: settlements.disbursement_entry_id,
          settled_by: journalEntries.journal_entry_id,
        })
        .from(settlements)
        .innerJoin(journalEntries, isEntryOfSettlement)
        .where(
          and(
            eq(settlements.tenant_id, tenant),
            isOneOf(settlements.disbursement_entry_id, [...needs.entries.keys()]),
          ),
        ),
    needs.entries.size > 0,
  );
  const loans = new Map([...needs.losses].map((loan_id) => [loan_id, ""]));
  const ofLosses = { entries: needs.entries, loans, corrections: new Set<never>() };
  const losses = batch.add(
    () =>
      db
        .select(selection(loanLosses))
        .from(wantedLoans(tenant, ofLosses))
        .crossJoin(loanLosses)
        .where(and(eq(loanLosses.tenant_id, tenant), eq(loanLosses.loan_id, sql`wanted.loan_id`))),
    needs.losses.size > 0 || needs.entries.size > 0,
  );
  const accrued = batch.add(() => accruedQuery(db, tenant, needs), needs.accruals.size > 0);
  const ids = entriesNeeded(needs);
  const ofEntries = batch.add(() => accruedByEntries(db, tenant, ids), ids.length > 0);
  return ({ marks }) => {
    const found = [
      ...settled().map((row) => ({ kind: "settlement", ...row }) as const),
      ...losses().map(({ tenant_id: _, ...loss }) => ({ kind: "loss", loss }) as const),
      ...[...accrued(), ...ofEntries()].map(
        ({ tenant_id: _, ...row }) => ({ kind: "accrual", accrued: row }) as const,
      ),
    ];
    for (const mark of found) marks.set(markKey(mark), mark);
  };
}

/** What stands of the interest of some loans and days. */
const accruedQuery = (db: Database, tenant: string, { accruals: asked }: LedgerNeeds) =>
  db
    .select(selection(accruals))
    .from(accruals)
    .where(
      sql`(${accruals.tenant_id}, ${accruals.loan_id}, ${accruals.accrual_date}) IN (
        SELECT ${tenant}, value ->> 0, value ->> 1 FROM json_each(${JSON.stringify([...asked])}))`,
    );

/** What stands of the accruals among some entries. */
const accruedByEntries = (db: Database, tenant: string, ids: readonly string[]) =>
  db
    .select(selection(accruals))
    .from(
      sql`(SELECT own.loan_id, head.value_date, head.sequence, head.position
        FROM json_each(${JSON.stringify(ids.map(sequenceOf))}) AS listed
          CROSS JOIN journal_entries AS head CROSS JOIN journal_postings AS own
        WHERE head.tenant_id = ${tenant} AND head.sequence = listed.value AND head.event_type = 'accrual'
          AND own.tenant_id = head.tenant_id AND own.sequence = head.sequence
          AND own.position = head.position) AS wanted`,
    )
    .crossJoin(accruals)
    .where(
      and(
        eq(accruals.tenant_id, tenant),
        eq(accruals.loan_id, sql`wanted.loan_id`),
        eq(accruals.accrual_date, sql`wanted.value_date`),
        eq(accruals.sequence, sql`wanted.sequence`),
        eq(accruals.position, sql`wanted.position`),
      ),
    );
