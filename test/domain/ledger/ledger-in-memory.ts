import type { Problem } from "../../../src/domain/core/problem.ts";
import type { Result } from "../../../src/domain/core/result.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { decideLedger, type LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import type { Entry } from "../../../src/domain/ledger/journal.ts";
import type { Disbursement } from "../../../src/domain/ledger/postings/disbursement.ts";
import { type LedgerState, noLedgerState, type Posted } from "../../../src/domain/ledger/state.ts";
import { applyPosted, noLedgerWrites } from "../../../src/domain/ledger/writes.ts";

/* Commands of one loan, and a ledger in memory that decides them. */

export const PARTY = { loan_id: "loan", borrower_id: "borrower" };
const NAMED = { ...PARTY, currency: "USD", actor: null };
const CASH = { external_ref: null, bank_account_ref: "main" };

export const disbursed = (amount_minor: bigint, change: Partial<Disbursement> = {}): Disbursement => ({
  type: "disbursement",
  ...NAMED,
  amount_minor,
  effective_at: "2024-01-01",
  method: "ach",
  destination_ref: "acct-1",
  ...change,
});
export const fee = (amount_minor: bigint, effective_at: string): LedgerCommand => ({
  type: "fee_assessed",
  ...NAMED,
  amount_minor,
  effective_at,
  fee_type: "late",
  external_ref: null,
});
export const waiver = (amount_minor: bigint, effective_at: string): LedgerCommand => ({
  type: "fee_waived",
  ...NAMED,
  amount_minor,
  effective_at,
  reason: "goodwill",
});
export const interestWaiver = (amount_minor: bigint, effective_at: string): LedgerCommand => ({
  type: "interest_waived",
  ...NAMED,
  amount_minor,
  effective_at,
  reason: "goodwill",
});
export const interest = (
  interest_minor: bigint,
  day: string,
  principal: bigint,
  interest_remainder: bigint | null = null,
): LedgerCommand => ({
  type: "accrual",
  program_id: "program",
  accrual_date: day,
  late: false,
  day_count_convention: "ACT_365",
  currency: "USD",
  loans: [{ loan_id: "loan", outstanding_principal_minor: principal, interest_minor, interest_remainder }],
  actor: null,
});
export const correction = (accrual_entry_id: string, interest_minor: bigint): LedgerCommand => ({
  type: "accrual_corrected",
  accrual_entry_id,
  loan_id: "loan",
  interest_minor,
  interest_remainder: null,
  reason: "wrong rate",
  actor: null,
});
export const payment = (
  amount_minor: bigint,
  effective_at: string,
  bank_account_ref = "main",
): LedgerCommand => ({
  type: "payment_received",
  ...NAMED,
  ...CASH,
  amount_minor,
  effective_at,
  source_method: "ach",
  bank_account_ref,
});
export const application = (amount_minor: bigint | null, effective_at: string): LedgerCommand => ({
  type: "payment_allocated",
  ...NAMED,
  amount_minor,
  effective_at,
});
export const chargeoff = (effective_at: string): LedgerCommand => ({
  type: "chargeoff",
  ...NAMED,
  effective_at,
  reason: "lost",
});
export const recovery = (amount_minor: bigint, effective_at: string): LedgerCommand => ({
  type: "recovery",
  ...NAMED,
  ...CASH,
  amount_minor,
  effective_at,
  source_method: "ach",
});
export const refund = (amount_minor: bigint, effective_at: string): LedgerCommand => ({
  type: "refund",
  ...NAMED,
  ...CASH,
  amount_minor,
  effective_at,
  method: "ach",
});
export const reversal = (reverses_entry_id: string, effective_at: string | null = null): LedgerCommand => ({
  type: "reversal",
  reverses_entry_id,
  reason_code: "other",
  reason_description: null,
  effective_at,
  actor: null,
});
export const settlement = (disbursement_entry_id: string, effective_at: string): LedgerCommand => ({
  type: "disbursement_settled",
  ...CASH,
  disbursement_entry_id,
  effective_at,
  actor: null,
});

/** A ledger in memory: the entry of the nth accepted command has the id `entry-n`. */
export class LedgerInMemory {
  readonly state: LedgerState = noLedgerState();
  /** The last day of the closed period. */
  closed_through: string | null = null;
  #sequence = 0;

  run(command: LedgerCommand): Result<Posted, Problem> {
    const sequence = this.#sequence + 1;
    const ids = { event_id: `event-${sequence}`, journal_entry_id: `entry-${sequence}` };
    const stamp = {
      sequence,
      ...ids,
      now: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
      settings: DEFAULT_SETTINGS,
      closed_through: this.closed_through,
    };
    const decided = decideLedger(this.state, command, stamp);
    if (!decided.ok) return decided;
    this.#sequence = sequence;
    applyPosted(this.state, noLedgerWrites(), decided.value, stamp);
    return decided;
  }

  accept(command: LedgerCommand): Posted {
    const decided = this.run(command);
    if (!decided.ok) throw new Error(decided.error.detail);
    return decided.value;
  }

  /** The one entry of an accepted command. */
  entry(command: LedgerCommand): Entry {
    const [entry] = this.accept(command).entries;
    if (!entry) throw new Error("the command posted no entry");
    return entry;
  }
}

/** A ledger after some accepted commands. */
export function ledgerAfter(...commands: readonly LedgerCommand[]): LedgerInMemory {
  const ledger = new LedgerInMemory();
  for (const command of commands) ledger.accept(command);
  return ledger;
}
