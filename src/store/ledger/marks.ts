import { sql } from "drizzle-orm";
import type { EntryPlace } from "../../domain/ledger/journal.ts";
import type { Mark } from "../../domain/ledger/marks.ts";
import type { LedgerWrites } from "../../domain/ledger/writes.ts";
import { replacing, rowWriter } from "../d1/rows.ts";
import { builder, type Sql } from "../d1/statement.ts";
import { accruals, bankAccounts, bankBalances, loanLosses, settlements } from "./tables.ts";

const writeAccruals = rowWriter(
  accruals,
  replacing(accruals, [accruals.tenant_id, accruals.loan_id, accruals.accrual_date]),
);
const writeSettlements = rowWriter(
  settlements,
  replacing(settlements, [settlements.tenant_id, settlements.disbursement_entry_id]),
);
const writeLosses = rowWriter(loanLosses);
const writeBanks = rowWriter(bankAccounts);
const writeBankBalances = rowWriter(
  bankBalances,
  replacing(bankBalances, [
    bankBalances.tenant_id,
    bankBalances.bank_account_ref,
    bankBalances.currency,
    bankBalances.as_of_date,
  ]),
);

interface MarkWrite {
  readonly mark: Mark;
  readonly held: EntryPlace | null;
}

/** The statements that write new facts and delete those that no longer hold. */
export function markStatements(tenant_id: string, marks: Iterable<MarkWrite>): readonly Sql[] {
  const all = [...marks];
  const held = all.flatMap(({ mark, held: place }) => (place ? [{ mark, place: placeOf(place) }] : []));
  const gone = all.flatMap(({ mark, held: place }) => (place ? [] : [mark]));
  return [
    ...releases(tenant_id, gone),
    ...writeAccruals(
      held.flatMap(({ mark, place }) =>
        mark.kind === "accrual" ? [{ tenant_id, ...mark.accrued, ...place }] : [],
      ),
    ),
    ...writeSettlements(
      held.flatMap(({ mark, place }) =>
        mark.kind === "settlement"
          ? [{ tenant_id, disbursement_entry_id: mark.disbursement_entry_id, ...place }]
          : [],
      ),
    ),
    ...writeLosses(held.flatMap(({ mark }) => (mark.kind === "loss" ? [{ tenant_id, ...mark.loss }] : []))),
  ];
}

const placeOf = ({ sequence, position }: EntryPlace): EntryPlace => ({ sequence, position });

/** Deletes facts by primary key, one statement for each kind. */
function releases(tenant: string, marks: readonly Mark[]): readonly Sql[] {
  const keys = { accrual: [] as unknown[], settlement: [] as unknown[], loss: [] as unknown[] };
  for (const mark of marks) {
    if (mark.kind === "accrual") keys.accrual.push([mark.accrued.loan_id, mark.accrued.accrual_date]);
    else if (mark.kind === "settlement") keys.settlement.push([mark.disbursement_entry_id]);
    else keys.loss.push([mark.loss.loan_id, mark.loss.sequence, mark.loss.position]);
  }
  const listed = (some: readonly unknown[]) => sql`json_each(${JSON.stringify(some)})`;
  const statements: Sql[] = [];
  if (keys.accrual.length > 0) {
    const where = sql`(${accruals.tenant_id}, ${accruals.loan_id}, ${accruals.accrual_date}) IN
      (SELECT ${tenant}, value ->> 0, value ->> 1 FROM ${listed(keys.accrual)})`;
    statements.push(builder.delete(accruals).where(where).toSQL());
  }
  if (keys.settlement.length > 0) {
    const where = sql`(${settlements.tenant_id}, ${settlements.disbursement_entry_id}) IN
      (SELECT ${tenant}, value ->> 0 FROM ${listed(keys.settlement)})`;
    statements.push(builder.delete(settlements).where(where).toSQL());
  }
  if (keys.loss.length > 0) {
    const where = sql`(${loanLosses.tenant_id}, ${loanLosses.loan_id}, ${loanLosses.sequence}, ${loanLosses.position}) IN
      (SELECT ${tenant}, value ->> 0, value ->> 1, value ->> 2 FROM ${listed(keys.loss)})`;
    statements.push(builder.delete(loanLosses).where(where).toSQL());
  }
  return statements;
}

/** The statements that write new bank accounts and the balances that banks state. */
export function bankStatements(tenant_id: string, writes: LedgerWrites): readonly Sql[] {
  const banks = [...writes.banks].map(([bank_account_ref, number]) => ({
    tenant_id,
    bank_account_ref,
    number,
  }));
  const balances = [...writes.bankBalances.values()].map(({ now, ...balance }) => ({
    tenant_id,
    ...balance,
    recorded_at: now,
  }));
  return [...writeBanks(banks), ...writeBankBalances(balances)];
}
