import { describe, expect, it } from "vitest";
import { INT64_MAX } from "../../../src/domain/core/money.ts";
import type { LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import { compareAccounts } from "../../../src/domain/ledger/integrity.ts";
import type { Entry } from "../../../src/domain/ledger/journal.ts";
import {
  application,
  chargeoff,
  disbursed,
  fee,
  interest,
  interestWaiver,
  ledgerAfter,
  payment,
  recovery,
  refund,
  reversal,
  settlement,
  waiver,
} from "./ledger-in-memory.ts";

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

describe("money after a charge-off", () => {
  // A loss of 100 from 1 March on.
  const lost = [disbursed(100n), chargeoff("2024-03-01")];
  const cases: [string, LedgerCommand[], LedgerCommand, string[]][] = [
    ["up to the loss", lost, payment(60n, "2024-03-01"), ["1000 4300 60"]],
    ["the rest waits", lost, payment(150n, "2024-03-02"), ["1000 4300 100", "1000 2200 50"]],
    ["all of it waits before the charge-off", lost, payment(60n, "2024-02-29"), ["1000 2200 60"]],
    [
      "what is owed since comes first",
      [...lost, fee(5n, "2024-03-02")],
      payment(10n, "2024-03-03"),
      ["1000 1300 5", "1000 4300 5"],
    ],
    [
      "only what no later day recovers",
      [...lost, recovery(80n, "2024-04-01")],
      payment(30n, "2024-03-02"),
      ["1000 4300 20", "1000 2200 10"],
    ],
    [
      "nothing once the charge-off is reversed on a later day",
      [...lost, reversal("entry-2", "2024-05-01")],
      payment(30n, "2024-03-02"),
      ["1000 2200 30"],
    ],
    [
      "from suspense, as much as there is",
      [...lost, payment(40n, "2024-02-29")],
      application(null, "2024-03-01"),
      ["2200 4300 40"],
    ],
  ];

  it.each(cases)("recovers: %s", (_, before, command, expected) => {
    expect(lines(ledgerAfter(...before).entry(command))).toEqual(expected);
  });
});

const FULL_LATER = [disbursed(INT64_MAX - 1n, { effective_at: "2024-02-01" })];
const FULL = [...FULL_LATER, disbursed(1n)];

const ACCRUED = [disbursed(9n), interest(30n, "2024-02-01", 9n)];
const LOST = [disbursed(9n), chargeoff("2024-03-01")];
const SETTLED_AND_BACK = [
  disbursed(9n),
  settlement("entry-1", "2024-01-02"),
  reversal("entry-2", "2024-01-02"),
];
const WAITING = [disbursed(9n), payment(49n, "2024-02-01"), refund(10n, "2024-03-01")];
const PAID_BACK = [disbursed(9n), payment(49n, "2024-02-01"), refund(40n, "2024-02-01")];

/** A command, the ledger before it, and the refusal's code with those of its fields; null when it is accepted. */
const DECISIONS: readonly (readonly [
  name: string,
  before: readonly LedgerCommand[],
  command: LedgerCommand,
  code: string | null,
])[] = [
  ["a disbursement that a later day has no room for", FULL_LATER, disbursed(2n), "amount_overflow"],
  ["one up to the last unit of 64 bits", FULL_LATER, disbursed(1n), null],
  ["one beyond it", FULL, disbursed(1n), "amount_overflow"],
  ["one beyond it on a later day", FULL, disbursed(1n, { effective_at: "2025-01-01" }), "amount_overflow"],
  ["one of 0 to a full loan", FULL, disbursed(0n), null],
  ["one of another loan", FULL, disbursed(INT64_MAX, { loan_id: "other" }), null],
  [
    "a wrong borrower and a wrong currency are named together, before an overflow",
    FULL,
    disbursed(5n, { borrower_id: "x", currency: "EUR" }),
    "validation_error borrower_mismatch currency_mismatch",
  ],
  [
    "a wrong borrower is named before an overflow",
    FULL,
    disbursed(5n, { borrower_id: "x" }),
    "validation_error borrower_mismatch",
  ],
  ["the reversal of an unknown entry", [], reversal("entry-1"), "not_found"],
  ["a second reversal", [disbursed(5n), reversal("entry-1")], reversal("entry-1"), "already_reversed"],
  ["the reversal of a reversal", [disbursed(5n), reversal("entry-1")], reversal("entry-2"), "not_reversible"],
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
  ["a recovery of the whole loss", LOST, recovery(9n, "2024-03-01"), null],
  ["a recovery of more than the loss", LOST, recovery(10n, "2024-03-01"), "exceeds_balance"],
  [
    "a recovery of what a later day recovers",
    [...LOST, recovery(8n, "2024-04-01")],
    recovery(2n, "2024-03-01"),
    "exceeds_balance",
  ],
  [
    "a charge-off that a payment recovered is not reversed",
    [...LOST, payment(1n, "2024-03-02")],
    reversal("entry-2", "2024-03-03"),
    "not_reversible",
  ],
  [
    "one that a payment did not recover is reversed",
    [...LOST, payment(1n, "2024-02-28")],
    reversal("entry-2", "2024-03-03"),
    null,
  ],
  [
    "the reversal of a charge-off before that of its recovery",
    [...LOST, recovery(1n, "2024-03-02"), reversal("entry-3", "2024-03-10")],
    reversal("entry-2", "2024-03-09"),
    "would_overdraw",
  ],
  [
    "the reversal of a charge-off on the day of that of its recovery",
    [...LOST, recovery(1n, "2024-03-02"), reversal("entry-3", "2024-03-10")],
    reversal("entry-2", "2024-03-10"),
    null,
  ],
  [
    "a charge-off is reversed once its recovery is",
    [disbursed(9n), chargeoff("2024-03-01"), recovery(1n, "2024-03-02"), reversal("entry-3", "2024-03-02")],
    reversal("entry-2", "2024-03-03"),
    null,
  ],
  ["a waiver of all interest on its day", ACCRUED, interestWaiver(30n, "2024-02-01"), null],
  ["one on the day before", ACCRUED, interestWaiver(1n, "2024-01-31"), "exceeds_balance"],
  [
    "one of interest that a later day pays",
    [...ACCRUED, payment(10n, "2024-03-01")],
    interestWaiver(21n, "2024-02-01"),
    "exceeds_balance",
  ],
  [
    "one of fees",
    [disbursed(9n), fee(5n, "2024-01-02")],
    interestWaiver(1n, "2024-01-02"),
    "exceeds_balance",
  ],
  [
    "the reversal of interest that is waived",
    [...ACCRUED, interestWaiver(1n, "2024-02-01")],
    reversal("entry-2", "2024-02-01"),
    "would_overdraw",
  ],
  // Suspense: 40 from 1 February on, 30 from 1 March on.
  ["a refund of what every later day has", WAITING, refund(30n, "2024-02-01"), null],
  ["a refund of more than a later day has", WAITING, refund(31n, "2024-02-01"), "exceeds_balance"],
  ["a refund on the day before the payment", WAITING, refund(1n, "2024-01-31"), "exceeds_balance"],
  ["a refund of what is owed", [disbursed(9n)], refund(1n, "2024-02-01"), "exceeds_balance"],
  ["the reversal of a payment that was paid back", PAID_BACK, reversal("entry-2"), "would_overdraw"],
  [
    "the reversal of that payment on the day after the refund's reversal",
    [...PAID_BACK, reversal("entry-3", "2024-02-02")],
    reversal("entry-2", "2024-02-03"),
    null,
  ],
  [
    "a fee is not settled",
    [disbursed(9n), fee(5n, "2024-01-02")],
    settlement("entry-2", "2024-01-03"),
    "not_settleable",
  ],
  ["a reversal is not settled", SETTLED_AND_BACK, settlement("entry-3", "2024-01-05"), "not_settleable"],
  [
    "a disbursement is not reversed while its settlement stands, though other money is in clearing",
    [disbursed(9n), disbursed(9n), settlement("entry-1", "2024-01-02")],
    reversal("entry-1", "2024-01-03"),
    "not_reversible",
  ],
  [
    "a disbursement is reversed once its settlement is",
    SETTLED_AND_BACK,
    reversal("entry-1", "2024-01-03"),
    null,
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
  const codes = decided.ok
    ? []
    : [decided.error.code, ...(decided.error.errors ?? []).map((one) => one.code)];
  expect(codes.join(" ") || null).toBe(code);
});

it("a reversal names the bank account of its entry", () => {
  const ledger = ledgerAfter(disbursed(9n), payment(3n, "2024-01-02", "other"));
  expect(ledger.entry(reversal("entry-2", "2024-01-03"))).toMatchObject({
    bank_account_ref: "other",
    postings: [{ debit: "1100", credit: "1000", amount_minor: 3n }],
  });
});

it.each<[string, LedgerCommand]>([
  ["a disbursement", disbursed(1n, { effective_at: "2024-02-01" })],
  ["a fee", fee(1n, "2024-02-01")],
  ["a waiver", waiver(1n, "2024-02-01")],
  ["interest", interest(1n, "2024-02-01", 9n)],
  ["a payment", payment(1n, "2024-02-01")],
  ["a refund", refund(1n, "2024-02-01")],
  ["a charge-off", chargeoff("2024-02-01")],
  ["a reversal", reversal("entry-1", "2024-02-01")],
  ["a settlement", settlement("entry-1", "2024-02-01")],
])("%s is booked on the day that its command names", (_, command) => {
  const ledger = ledgerAfter(disbursed(9n), payment(10n, "2024-01-02"), disbursed(9n), fee(5n, "2024-01-02"));
  expect(ledger.entry(command).effective_at).toBe("2024-02-01");
});

it("a waiver of interest takes it from the receivable and from the income", () => {
  const entry = ledgerAfter(...ACCRUED).entry(interestWaiver(12n, "2024-02-02"));
  expect(lines(entry)).toEqual(["4100 1200 12"]);
  expect(entry).toMatchObject({ event_type: "interest_waived", description: "goodwill" });
});

it("a refund takes the borrower's money from suspense and from the bank", () => {
  const ledger = ledgerAfter(disbursed(9n), payment(49n, "2024-02-01"));
  const entry = ledger.entry(refund(40n, "2024-02-02"));
  expect(lines(entry)).toEqual(["2200 1000 40"]);
  expect(entry).toMatchObject({
    event_type: "refund",
    bank_account_ref: "main",
    description: "Refund by ach",
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
    const of = { day: "", entry: "", place: null };
    const finding = [{ table: "ledger_totals", book: "", account: "1000", currency: "USD", ...of }];
    expect(compareAccounts(sum(7n, 2n), sum(7n, 2n))).toEqual([]);
    expect(compareAccounts(sum(7n, 2n), sum(8n, 3n))).toEqual(finding);
    expect(compareAccounts(sum(7n, 2n), sum(7n, 3n))).toEqual(finding);
    expect(compareAccounts(sum(7n, 2n), sum(6n, 2n))).toEqual(finding);
    expect(compareAccounts(sum(7n, 2n), [])).toEqual(finding);
    expect(compareAccounts([], sum(7n, 2n))).toEqual(finding);
  });

  it("adds up what one side has of an account in several sums", () => {
    expect(compareAccounts([...sum(3n, 1n), ...sum(4n, 1n)], sum(7n, 2n))).toEqual([]);
    expect(compareAccounts(sum(7n, 2n), [...sum(3n, 1n), ...sum(4n, 1n)])).toEqual([]);
  });
});
