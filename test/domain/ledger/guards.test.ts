import { describe, expect, it } from "vitest";
import { addLedgerNeeds, type LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import type { Entry } from "../../../src/domain/ledger/journal.ts";
import { type LedgerNeeds, noLedgerNeeds } from "../../../src/domain/ledger/state.ts";
import {
  application,
  chargeoff,
  disbursed,
  fee,
  interest,
  interestWaiver,
  LedgerInMemory,
  ledgerAfter,
  payment,
  recovery,
  refund,
  reversal,
  settlement,
  waiver,
} from "./ledger-in-memory.ts";

const DAY = "2024-02-01";
const PRESUMED = { earliest: "2024-03-01", today: "2024-03-02" };

/** The needs that are not empty. */
function needsOf(...commands: readonly LedgerCommand[]) {
  const needs = noLedgerNeeds();
  for (const command of commands) addLedgerNeeds(needs, command, PRESUMED);
  const all: readonly (readonly [string, LedgerNeeds[keyof LedgerNeeds]])[] = Object.entries(needs);
  return Object.fromEntries(all.filter(([, some]) => some.size > 0).map(([name, some]) => [name, [...some]]));
}

describe("what deciding needs", () => {
  it.each([
    disbursed(1n, { effective_at: DAY }),
    fee(1n, DAY),
    waiver(1n, DAY),
    interestWaiver(1n, DAY),
    application(1n, DAY),
    chargeoff(DAY),
  ])("for a command of one loan is its book from its day on ($type)", (command) => {
    expect(needsOf(command)).toEqual({ loans: [["loan", DAY]] });
  });

  it.each([payment(1n, DAY, "ops"), { ...refund(1n, DAY), bank_account_ref: "ops" } as LedgerCommand])(
    "for money of a loan is its book and the bank account ($type)",
    (command) => {
      expect(needsOf(command)).toEqual({ loans: [["loan", DAY]], banks: ["ops"] });
    },
  );

  it("for a recovery also its charge-offs and recoveries", () => {
    expect(needsOf(recovery(1n, DAY))).toEqual({ loans: [["loan", DAY]], losses: ["loan"], banks: ["main"] });
  });

  it("for a settlement is the entry with its loan from its day on, and the bank account", () => {
    expect(needsOf(settlement("entry-1", DAY))).toEqual({ entries: [["entry-1", DAY]], banks: ["main"] });
  });

  it("for a reversal is the entry, from its day or the earliest today on", () => {
    expect(needsOf(reversal("entry-1", DAY))).toEqual({
      entries: [["entry-1", DAY]],
      reversals: [["entry-1", { asked: DAY, today: "2024-03-02" }]],
    });
    expect(needsOf(reversal("entry-1"))).toEqual({
      entries: [["entry-1", "2024-03-01"]],
      reversals: [["entry-1", { asked: null, today: "2024-03-02" }]],
    });
  });

  it("for an accrual is each loan's book and day; of more than 100 loans an outline of each", () => {
    const one = { ...interest(1n, DAY, 5n) } as LedgerCommand & { type: "accrual" };
    expect(needsOf(one)).toEqual({ loans: [["loan", DAY]], accruals: [["loan", DAY]] });
    const of = (count: number) => ({
      ...one,
      loans: Array.from({ length: count }, (_, index) => ({ ...one.loans[0], loan_id: `loan-${index}` })),
    });
    expect(needsOf(of(100) as LedgerCommand).loans).toHaveLength(100);
    const many = needsOf(of(101) as LedgerCommand);
    expect(many.loans).toBeUndefined();
    expect(many.manyLoans?.[0]).toEqual(["loan-0", { day: DAY, isLate: false }]);
    expect([many.manyLoans?.length, many.accruals?.length]).toEqual([101, 101]);
  });

  it("of a group is each book from its earliest day on", () => {
    const days = [fee(1n, DAY), fee(1n, "2024-01-01"), fee(1n, "2024-06-01")];
    expect(needsOf(...days)).toEqual({ loans: [["loan", "2024-01-01"]] });
  });
});

describe("a posting on a loan", () => {
  const onLoan = [
    fee(1n, DAY),
    waiver(1n, DAY),
    interestWaiver(1n, DAY),
    payment(1n, DAY),
    application(1n, DAY),
    chargeoff(DAY),
    recovery(1n, DAY),
    refund(1n, DAY),
  ];

  it.each(onLoan)("is refused on one that no disbursement opened ($type)", (command) => {
    expect(new LedgerInMemory().run(command)).toMatchObject({
      ok: false,
      error: { code: "validation_error", errors: [{ field: "loan_id", code: "unknown_reference" }] },
    });
  });

  it.each(onLoan)("is refused for another borrower and another currency than its own ($type)", (command) => {
    const named = { ...command, borrower_id: "other", currency: "EUR" } as LedgerCommand;
    expect(ledgerAfter(disbursed(5n)).run(named)).toMatchObject({
      ok: false,
      error: { errors: [{ field: "borrower_id" }, { field: "currency" }] },
    });
  });

  const posted = (entry: Entry) => ({
    ...entry,
    postings: entry.postings.map(({ debit, credit, amount_minor }) => `${debit} ${credit} ${amount_minor}`),
  });

  it("of money pays fees, interest, principal, and holds the rest, to the cent", () => {
    const owing = () => ledgerAfter(disbursed(5n), fee(2n, DAY), interest(3n, DAY, 5n));
    const parts = (amount: bigint) => posted(owing().entry(payment(amount, DAY))).postings;
    expect(parts(1n)).toEqual(["1000 1300 1"]);
    expect(parts(2n)).toEqual(["1000 1300 2"]);
    expect(parts(3n)).toEqual(["1000 1300 2", "1000 1200 1"]);
    expect(parts(10n)).toEqual(["1000 1300 2", "1000 1200 3", "1000 1100 5"]);
    expect(parts(11n)).toEqual(["1000 1300 2", "1000 1200 3", "1000 1100 5", "1000 2200 1"]);
  });

  it("charges off all that is owed, and nothing twice", () => {
    const ledger = ledgerAfter(disbursed(5n), fee(2n, DAY), interest(3n, DAY, 5n));
    const { entries, answer } = ledger.accept(chargeoff(DAY));
    expect(entries.map((one) => posted(one).postings)).toEqual([
      ["5100 1300 2", "5100 1200 3", "5100 1100 5"],
    ]);
    expect(answer).toEqual({
      chargeoff_event_id: "event-4",
      journal_entry_id: "entry-4",
      charged_off: { principal_minor: "5", interest_minor: "3", fees_minor: "2" },
      posted_at: "2026-01-02T03:04:05.006Z",
    });
    expect(ledger.run(chargeoff(DAY))).toMatchObject({ ok: false, error: { code: "exceeds_balance" } });
    expect(ledgerAfter(disbursed(1n)).run(chargeoff(DAY)).ok).toBe(true);
  });

  it("applies what waits and can be paid, all of it or as much as is asked for", () => {
    const waiting = (more: bigint) => ledgerAfter(disbursed(5n), payment(8n, DAY), fee(more, "2024-02-02"));
    const at = "2024-02-03";
    expect(posted(waiting(2n).entry(application(null, at))).postings).toEqual(["2200 1300 2"]);
    expect(posted(waiting(9n).entry(application(null, at))).postings).toEqual(["2200 1300 3"]);
    expect(posted(waiting(9n).entry(application(1n, at))).postings).toEqual(["2200 1300 1"]);
    expect(waiting(9n).run(application(3n, at)).ok).toBe(true);
    expect(waiting(9n).run(application(4n, at)).ok).toBe(false);
    expect(waiting(1n).run(application(1n, at)).ok).toBe(true);
    expect(waiting(2n).accept(application(null, at)).answer).toMatchObject({
      allocation: { fees_minor: "2", suspense_minor: "0" },
    });
    expect(waiting(2n).run(application(3n, at))).toMatchObject({
      error: { detail: `At most 2 minor units of suspense can be applied from ${at} on.` },
    });
    expect(ledgerAfter(disbursed(5n)).run(application(null, at)).ok).toBe(false);
  });

  it("gives back at most what waits", () => {
    const ledger = ledgerAfter(disbursed(5n), payment(8n, DAY));
    expect(ledger.run(refund(4n, DAY)).ok).toBe(false);
    expect(posted(ledger.entry(refund(3n, DAY)))).toMatchObject({
      ...{ event_type: "refund", postings: ["2200 1000 3"], bank_account_ref: "main" },
      description: "Refund by ach",
    });
  });

  it("recovers only what was charged off by its day, at most the loss", () => {
    const ledger = ledgerAfter(disbursed(5n), chargeoff(DAY));
    expect(ledger.run(recovery(1n, "2024-01-31"))).toMatchObject({ ok: false });
    expect(ledger.run(recovery(6n, DAY))).toMatchObject({ ok: false, error: { code: "exceeds_balance" } });
    expect(posted(ledger.entry(recovery(5n, DAY))).postings).toEqual(["1000 4300 5"]);
  });
});

describe("a settlement", () => {
  it("pays what the disbursement promises, on its day or later, once", () => {
    const ledger = ledgerAfter(disbursed(5n, { effective_at: DAY }));
    expect(ledger.run(settlement("entry-1", "2024-01-31")).ok).toBe(false);
    const { entries, answer } = ledger.accept(settlement("entry-1", DAY));
    expect(entries).toMatchObject([
      {
        ...{ event_type: "disbursement_settled", correlation_id: "event-1", settles_entry_id: "entry-1" },
        ...{ bank_account_ref: "main", external_ref: null, description: "Disbursement settled" },
        postings: [{ debit: "2100", credit: "1000", amount_minor: 5n }],
      },
    ]);
    expect(answer).toEqual({
      settlement_event_id: "event-2",
      journal_entry_id: "entry-2",
      posted_at: "2026-01-02T03:04:05.006Z",
    });
    expect(ledger.run(settlement("entry-1", DAY))).toMatchObject({ error: { code: "already_settled" } });
    expect(ledger.run(reversal("entry-1"))).toMatchObject({ error: { code: "not_reversible" } });
  });

  it("names the request's reference, or for a loan of records their disbursement", () => {
    const ledger = ledgerAfter(disbursed(5n), disbursed(6n, { loan_id: "kept", destination_ref: "D-1" }));
    ledger.state.loans.set("kept", { borrower_id: "borrower", currency: "USD", follows_records: true });
    const named = { ...settlement("entry-2", DAY), external_ref: "wire" } as LedgerCommand;
    expect(ledger.entry(named).external_ref).toBe("wire");
    ledger.accept(reversal("entry-3"));
    expect(ledger.entry(settlement("entry-2", DAY)).external_ref).toBe("D-1");
  });

  it("is refused for an entry that is unknown, reversed, a reversal, or promises nothing", () => {
    const ledger = ledgerAfter(disbursed(5n), fee(1n, DAY), disbursed(6n), reversal("entry-3"));
    const codeOf = (id: string) => ledger.run(settlement(id, "2026-02-01"));
    expect(codeOf("entry-9")).toMatchObject({ error: { code: "not_found" } });
    expect(codeOf("entry-2")).toMatchObject({ error: { code: "not_settleable" } });
    expect(codeOf("entry-3")).toMatchObject({ error: { code: "already_reversed" } });
    expect(codeOf("entry-4")).toMatchObject({ error: { code: "not_settleable" } });
  });
});

describe("a reversal", () => {
  it("takes the day that is asked for, not before the entry's; without one today, or the entry's if that is later", () => {
    const ledger = ledgerAfter(
      disbursed(5n, { effective_at: DAY }),
      disbursed(6n, { effective_at: "2026-05-01" }),
    );
    expect(ledger.run(reversal("entry-1", "2024-01-31")).ok).toBe(false);
    expect(ledger.entry(reversal("entry-1", DAY)).effective_at).toBe(DAY);
    expect(ledger.entry(reversal("entry-2")).effective_at).toBe("2026-05-01");
  });

  it("says why: by its description, or else by its code", () => {
    const ledger = ledgerAfter(disbursed(5n), disbursed(6n));
    expect(ledger.entry(reversal("entry-1")).description).toBe("Reversal: other");
    const told = { ...reversal("entry-2"), reason_description: "Sent twice" } as LedgerCommand;
    expect(ledger.entry(told).description).toBe("Sent twice");
  });

  it("of a charge-off waits for the reversal of its recoveries", () => {
    const ledger = ledgerAfter(disbursed(5n), chargeoff(DAY), recovery(2n, DAY));
    expect(ledger.run(reversal("entry-2"))).toMatchObject({ error: { code: "not_reversible" } });
    ledger.accept(reversal("entry-3", DAY));
    expect(ledger.run(reversal("entry-2")).ok).toBe(true);
    expect(ledgerAfter(disbursed(5n), chargeoff(DAY)).run(reversal("entry-2")).ok).toBe(true);
  });

  it("of a charge-off of two loans waits for the recoveries of each", () => {
    const ledger = ledgerAfter(disbursed(5n), chargeoff(DAY), recovery(2n, DAY));
    const entry = ledger.state.entries.get("entry-2") ?? expect.unreachable();
    const other = entry.postings.map((one) => ({ ...one, loan: { loan_id: "other", borrower_id: "b" } }));
    ledger.state.entries.set("entry-2", { ...entry, postings: [...other, ...entry.postings] });
    expect(ledger.run(reversal("entry-2"))).toMatchObject({
      error: { detail: "The charge-off has recoveries. Reverse them first." },
    });
  });
});
