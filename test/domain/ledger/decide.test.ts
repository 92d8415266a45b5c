import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INT64_MAX } from "../../../src/domain/core/money.ts";
import type { Problem } from "../../../src/domain/core/problem.ts";
import type { Result } from "../../../src/domain/core/result.ts";
import {
  applyEntry,
  type DisbursementPosting,
  decideLedger,
  type LedgerCommand,
  type LedgerState,
  noLedgerState,
  type Posted,
  type Reversal,
  totalKey,
} from "../../../src/domain/ledger/decide.ts";

const disbursement: DisbursementPosting = {
  type: "post_disbursement",
  loan_id: "loan",
  borrower_id: "borrower",
  amount_minor: 5n,
  currency: "USD",
  effective_at: "2024-01-01",
  method: "ach",
  destination_ref: "acct-1",
  actor: "someone",
};

const reversalOf = (reverses_entry_id: string, change: Partial<Reversal> = {}): Reversal => ({
  type: "reverse",
  reverses_entry_id,
  reason_code: "other",
  reason_description: null,
  effective_at: null,
  actor: null,
  ...change,
});

/** 2026-01-02T03:04:05.006Z. */
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

const stampOf = (sequence: number) => ({
  sequence,
  event_id: `event-${sequence}`,
  journal_entry_id: `entry-${sequence}`,
  now: NOW,
});

/** A ledger in memory: each accepted command is seen by the next. */
class Ledger {
  readonly state: LedgerState = noLedgerState();
  #sequence = 0;

  run(command: LedgerCommand): Result<Posted, Problem> {
    const decided = decideLedger(this.state, command, stampOf(this.#sequence + 1));
    if (!decided.ok) return decided;
    this.#sequence += 1;
    applyEntry(this.state, decided.value.entry);
    return decided;
  }

  accept(command: LedgerCommand): Posted {
    const decided = this.run(command);
    if (!decided.ok) throw new Error(decided.error.detail);
    return decided.value;
  }

  refuse(command: LedgerCommand): Problem {
    const decided = this.run(command);
    if (decided.ok) throw new Error("the command was accepted");
    return decided.error;
  }
}

describe("a disbursement", () => {
  it("debits principal and credits clearing, and answers what the seed says", () => {
    const { entry, answer } = new Ledger().accept(disbursement);
    expect(entry.postings).toEqual([{ debit: "1100", credit: "2100", amount_minor: 5n }]);
    expect(entry).toMatchObject({ sequence: 1, layer: "SETTLED", correlation_id: "event-1" });
    expect(answer).toEqual({
      disbursement_event_id: "event-1",
      journal_entry_id: "entry-1",
      posted_at: "2026-01-02T03:04:05.006Z",
    });
  });

  it("takes an account to the last unit of 64 bits and not one further", () => {
    const ledger = new Ledger();
    ledger.accept({ ...disbursement, amount_minor: INT64_MAX - 1n });
    expect(ledger.refuse({ ...disbursement, amount_minor: 2n }).code).toBe("amount_overflow");
    ledger.accept({ ...disbursement, amount_minor: 1n });
    expect(ledger.refuse({ ...disbursement, amount_minor: 1n }).code).toBe("amount_overflow");
    ledger.accept({ ...disbursement, amount_minor: 0n });
    ledger.accept({ ...disbursement, loan_id: "other", currency: "EUR", amount_minor: INT64_MAX });
    expect(ledger.state.totals.get(totalKey("2100", "USD", "SETTLED"))).toEqual({
      dr_minor: 0n,
      cr_minor: INT64_MAX,
    });
  });

  it("names a wrong borrower and a wrong currency together, before an overflow", () => {
    const ledger = new Ledger();
    ledger.accept({ ...disbursement, amount_minor: INT64_MAX });
    const problem = ledger.refuse({ ...disbursement, borrower_id: "x", currency: "EUR" });
    expect(problem.errors?.map(({ code }) => code)).toEqual(["borrower_mismatch", "currency_mismatch"]);
    expect(ledger.refuse({ ...disbursement, borrower_id: "x" }).code).toBe("validation_error");
    expect(ledger.refuse(disbursement).code).toBe("amount_overflow");
  });
});

describe("a reversal", () => {
  it("in the same group as its disbursement sees it", () => {
    const ledger = new Ledger();
    ledger.accept(disbursement);
    const { entry, answer } = ledger.accept(reversalOf("entry-1"));
    expect(entry).toMatchObject({
      event_type: "reversal",
      effective_at: "2026-01-02",
      loan_id: "loan",
      external_ref: "acct-1",
      reverses_sequence: 1,
      postings: [{ debit: "2100", credit: "1100", amount_minor: 5n }],
    });
    expect(answer).toEqual({
      journal_entry_id: "entry-2",
      reverses_entry_id: "entry-1",
      posted_at: "2026-01-02T03:04:05.006Z",
      correlation_id: "event-1",
    });
  });

  it("is refused for nobody's entry, for a reversal and for what is reversed, in this order", () => {
    const ledger = new Ledger();
    expect(ledger.refuse(reversalOf("entry-1")).code).toBe("not_found");
    ledger.accept(disbursement);
    ledger.accept(reversalOf("entry-1"));
    expect(ledger.refuse(reversalOf("entry-1")).code).toBe("already_reversed");
    expect(ledger.refuse(reversalOf("entry-2")).code).toBe("not_reversible");
    ledger.state.reversed.add(2);
    expect(ledger.refuse(reversalOf("entry-2")).code).toBe("not_reversible");
  });

  it("is refused where the other side's turnover would leave 64 bits", () => {
    const ledger = new Ledger();
    ledger.accept({ ...disbursement, amount_minor: 10n });
    ledger.state.totals.set(totalKey("1100", "USD", "SETTLED"), {
      dr_minor: INT64_MAX,
      cr_minor: INT64_MAX - 9n,
    });
    expect(ledger.refuse(reversalOf("entry-1")).code).toBe("amount_overflow");
  });
});

it("a refusal leaves the state as it was, and all that is accepted sums to zero", () => {
  const amount = fc.oneof(fc.constantFrom(0n, 1n, INT64_MAX), fc.bigInt({ min: 0n, max: INT64_MAX }));
  const command = fc.oneof(
    fc
      .record({ amount_minor: amount, loan: fc.nat(2), currency: fc.constantFrom("USD", "JPY") })
      .map(({ loan, ...rest }) => ({ ...disbursement, ...rest, loan_id: `loan-${loan}` })),
    fc.nat(12).map((number) => reversalOf(`entry-${number}`)),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      const ledger = new Ledger();
      for (const one of commands) {
        const before = structuredClone(ledger.state);
        if (!ledger.run(one).ok) expect(ledger.state).toEqual(before);
      }
      const net = new Map<string, bigint>();
      for (const [key, { dr_minor, cr_minor }] of ledger.state.totals) {
        const currency = key.split(" ")[1] ?? "";
        net.set(currency, (net.get(currency) ?? 0n) + dr_minor - cr_minor);
        expect(dr_minor <= INT64_MAX && cr_minor <= INT64_MAX).toBe(true);
      }
      for (const sum of net.values()) expect(sum).toBe(0n);
    }),
    { seed: 4 },
  );
});
