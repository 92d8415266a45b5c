import { describe, expect, it } from "vitest";
import type { Problem } from "../../../src/domain/core/problem.ts";
import type { Result } from "../../../src/domain/core/result.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { decideLedger, type LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import { compareAccounts } from "../../../src/domain/ledger/integrity.ts";
import type { Entry } from "../../../src/domain/ledger/journal.ts";
import {
  applyEntry,
  type LedgerState,
  noLedgerState,
  type Posted,
} from "../../../src/domain/ledger/state.ts";

const PARTY = { loan_id: "loan", borrower_id: "borrower" };
const NAMED = { ...PARTY, currency: "USD", actor: null };
const CASH = { external_ref: null, bank_account_ref: "main" };

const disbursed = (amount_minor: bigint, effective_at = "2024-01-01"): LedgerCommand => ({
  type: "disbursement",
  ...NAMED,
  amount_minor,
  effective_at,
  method: "ach",
  destination_ref: null,
});
const fee = (amount_minor: bigint, effective_at: string): LedgerCommand => ({
  type: "fee_assessed",
  ...NAMED,
  amount_minor,
  effective_at,
  fee_type: "late",
  external_ref: null,
});
const waiver = (amount_minor: bigint, effective_at: string): LedgerCommand => ({
  type: "fee_waived",
  ...NAMED,
  amount_minor,
  effective_at,
  reason: "goodwill",
});
const interest = (interest_minor: bigint, day: string, principal: bigint): LedgerCommand => ({
  type: "accrual",
  program_id: "program",
  accrual_date: day,
  day_count_convention: "ACT_365",
  currency: "USD",
  loans: [{ loan_id: "loan", outstanding_principal_minor: principal, interest_minor }],
  actor: null,
});
const payment = (amount_minor: bigint, effective_at: string, bank_account_ref = "main"): LedgerCommand => ({
  type: "payment_received",
  ...NAMED,
  ...CASH,
  amount_minor,
  effective_at,
  source_method: "ach",
  bank_account_ref,
});
const chargeoff = (effective_at: string): LedgerCommand => ({
  type: "chargeoff",
  ...NAMED,
  effective_at,
  reason: "lost",
});
const recovery = (amount_minor: bigint, effective_at: string): LedgerCommand => ({
  type: "recovery",
  ...NAMED,
  ...CASH,
  amount_minor,
  effective_at,
  source_method: "ach",
});
const reversal = (reverses_entry_id: string, effective_at: string): LedgerCommand => ({
  type: "reversal",
  reverses_entry_id,
  reason_code: "other",
  reason_description: null,
  effective_at,
  actor: null,
});
const settlement = (disbursement_entry_id: string, effective_at: string): LedgerCommand => ({
  type: "disbursement_settled",
  ...CASH,
  disbursement_entry_id,
  effective_at,
  actor: null,
});

/** A ledger in memory: the entry of the nth accepted command has the id `entry-n`. */
class Ledger {
  readonly state: LedgerState = noLedgerState();
  #sequence = 0;

  run(command: LedgerCommand): Result<Posted, Problem> {
    const sequence = this.#sequence + 1;
    const ids = { event_id: `event-${sequence}`, journal_entry_id: `entry-${sequence}` };
    const decided = decideLedger(this.state, command, {
      sequence,
      ...ids,
      now: Date.UTC(2026, 0, 2),
      settings: DEFAULT_SETTINGS,
    });
    if (!decided.ok) return decided;
    this.#sequence = sequence;
    for (const entry of decided.value.entries) applyEntry(this.state, entry);
    return decided;
  }

  entry(command: LedgerCommand): Entry {
    const decided = this.run(command);
    const [entry] = decided.ok ? decided.value.entries : [];
    if (!entry) throw new Error("the command posted no entry");
    return entry;
  }
}

/** A ledger after some accepted commands. */
function ledgerAfter(...commands: readonly LedgerCommand[]): Ledger {
  const ledger = new Ledger();
  for (const command of commands) ledger.entry(command);
  return ledger;
}

const lines = ({ postings }: Entry) =>
  postings.map(({ debit, credit, amount_minor }) => `${debit} ${credit} ${amount_minor}`);

describe("the waterfall", () => {
  const owing = () =>
    ledgerAfter(disbursed(1_000n), fee(5n, "2024-01-02"), interest(30n, "2024-01-02", 1_000n));

  it.each([
    ["less than the fees", 4n, ["1000 1300 4"]],
    ["fees and part of the interest", 20n, ["1000 1300 5", "1000 1200 15"]],
    ["fees, interest and part of the principal", 100n, ["1000 1300 5", "1000 1200 30", "1000 1100 65"]],
    ["more than is owed", 1_040n, ["1000 1300 5", "1000 1200 30", "1000 1100 1000", "1000 2200 5"]],
  ])("pays fees, then interest, then principal, then suspense: %s", (_, amount, expected) => {
    expect(lines(owing().entry(payment(amount, "2024-02-01")))).toEqual(expected);
  });
});

/** Command, the ledger before it, and what comes of it: the refusal's code, or null when it is accepted. */
const DECISIONS: readonly (readonly [
  name: string,
  before: readonly LedgerCommand[],
  command: LedgerCommand,
  code: string | null,
])[] = [
  [
    "a waiver of fees on their day is accepted",
    [disbursed(1n), fee(5n, "2024-02-01")],
    waiver(5n, "2024-02-01"),
    null,
  ],
  [
    "a waiver before the day of the fee is refused",
    [disbursed(1n), fee(5n, "2024-02-01")],
    waiver(5n, "2024-01-31"),
    "exceeds_balance",
  ],
  [
    "a waiver takes only what no later day needs",
    [disbursed(1n), fee(5n, "2024-02-01"), payment(2n, "2024-03-01")],
    waiver(4n, "2024-02-01"),
    "exceeds_balance",
  ],
  [
    "a recovery without a charge-off is refused",
    [disbursed(9n)],
    recovery(1n, "2024-03-01"),
    "not_charged_off",
  ],
  [
    "a recovery before the charge-off is refused",
    [disbursed(9n), chargeoff("2024-03-01")],
    recovery(1n, "2024-02-29"),
    "not_charged_off",
  ],
  [
    "a recovery on the day of the charge-off is accepted",
    [disbursed(9n), chargeoff("2024-03-01")],
    recovery(1n, "2024-03-01"),
    null,
  ],
  [
    "a recovery after the charge-off's reversal is refused",
    [disbursed(9n), chargeoff("2024-03-01"), reversal("entry-2", "2024-03-02")],
    recovery(1n, "2024-03-03"),
    "not_charged_off",
  ],
  [
    "a charge-off with a recovery is not reversed",
    [disbursed(9n), chargeoff("2024-03-01"), recovery(1n, "2024-03-02")],
    reversal("entry-2", "2024-03-03"),
    "not_reversible",
  ],
  [
    "a charge-off is reversed once its recovery is",
    [disbursed(9n), chargeoff("2024-03-01"), recovery(1n, "2024-03-02"), reversal("entry-3", "2024-03-02")],
    reversal("entry-2", "2024-03-03"),
    null,
  ],
  [
    "a fee is not settled",
    [disbursed(9n), fee(5n, "2024-01-02")],
    settlement("entry-2", "2024-01-03"),
    "not_settleable",
  ],
  [
    "a reversed disbursement is not settled",
    [disbursed(9n), reversal("entry-1", "2024-01-02")],
    settlement("entry-1", "2024-01-03"),
    "already_reversed",
  ],
  [
    "a disbursement is settled once",
    [disbursed(9n), settlement("entry-1", "2024-01-02")],
    settlement("entry-1", "2024-01-03"),
    "already_settled",
  ],
];

it.each(DECISIONS)("%s", (_, before, command, code) => {
  const decided = ledgerAfter(...before).run(command);
  expect(decided.ok ? null : decided.error.code).toBe(code);
});

it("a reversal names the bank account of its entry", () => {
  const ledger = ledgerAfter(disbursed(9n), payment(3n, "2024-01-02", "other"));
  expect(ledger.entry(reversal("entry-2", "2024-01-03"))).toMatchObject({
    bank_account_ref: "other",
    postings: [{ debit: "1100", credit: "1000", amount_minor: 3n }],
  });
});

describe("the integrity check", () => {
  const sum = (dr_minor: bigint, cr_minor: bigint) => [
    {
      book: "",
      account_code: "1000",
      currency: "USD",
      layer: "SETTLED",
      total: { dr_minor, cr_minor },
    } as const,
  ];

  it("compares debits and credits each, not only their difference", () => {
    const finding = [{ book: "", account_code: "1000", currency: "USD" }];
    expect(compareAccounts(sum(7n, 2n), sum(7n, 2n))).toEqual([]);
    expect(compareAccounts(sum(7n, 2n), sum(8n, 3n))).toEqual(finding);
    expect(compareAccounts(sum(7n, 2n), [])).toEqual(finding);
  });
});
