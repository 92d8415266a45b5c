import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INT64_MAX } from "../../../src/domain/core/money.ts";
import type { Problem } from "../../../src/domain/core/problem.ts";
import type { Result } from "../../../src/domain/core/result.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { decideLedger, type LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import { balanceAt } from "../../../src/domain/ledger/loan-book.ts";
import type { Disbursement } from "../../../src/domain/ledger/postings/disbursement.ts";
import type { Reversal } from "../../../src/domain/ledger/postings/reversal.ts";
import {
  applyEntry,
  bookOf,
  type LedgerState,
  noLedgerState,
  type Posted,
} from "../../../src/domain/ledger/state.ts";

const disbursement: Disbursement = {
  type: "disbursement",
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
  type: "reversal",
  reverses_entry_id,
  reason_code: "other",
  reason_description: null,
  effective_at: null,
  actor: null,
  ...change,
});

const PARTY = { loan_id: "loan", borrower_id: "borrower" };

/** 2026-01-02T03:04:05.006Z. */
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

const stampOf = (sequence: number) => ({
  sequence,
  event_id: `event-${sequence}`,
  journal_entry_id: `entry-${sequence}`,
  now: NOW,
  settings: DEFAULT_SETTINGS,
});

/** A ledger in memory: each accepted command is seen by the next. */
class Ledger {
  readonly state: LedgerState = noLedgerState();
  #sequence = 0;

  run(command: LedgerCommand): Result<Posted, Problem> {
    const decided = decideLedger(this.state, command, stampOf(this.#sequence + 1));
    if (!decided.ok) return decided;
    this.#sequence += 1;
    for (const entry of decided.value.entries) applyEntry(this.state, entry);
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
  it("debits principal and credits clearing, and gives the documented answer", () => {
    const { entries, answer } = new Ledger().accept(disbursement);
    expect(entries).toMatchObject([
      {
        sequence: 1,
        position: 0,
        layer: "SETTLED",
        correlation_id: "event-1",
        postings: [{ debit: "1100", credit: "2100", amount_minor: 5n, loan: PARTY }],
      },
    ]);
    expect(answer).toEqual({
      disbursement_event_id: "event-1",
      journal_entry_id: "entry-1",
      posted_at: "2026-01-02T03:04:05.006Z",
    });
  });

  it("may raise a loan to the last unit of 64 bits on any day, and not beyond", () => {
    const ledger = new Ledger();
    ledger.accept({ ...disbursement, amount_minor: INT64_MAX - 1n, effective_at: "2024-02-01" });
    // Earlier days have room; the balance from February on has not.
    expect(ledger.refuse({ ...disbursement, amount_minor: 2n }).code).toBe("amount_overflow");
    ledger.accept({ ...disbursement, amount_minor: 1n });
    expect(ledger.refuse({ ...disbursement, amount_minor: 1n }).code).toBe("amount_overflow");
    expect(ledger.refuse({ ...disbursement, amount_minor: 1n, effective_at: "2025-01-01" }).code).toBe(
      "amount_overflow",
    );
    ledger.accept({ ...disbursement, amount_minor: 0n });
    ledger.accept({ ...disbursement, loan_id: "other", amount_minor: INT64_MAX });
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
    const { entries, answer } = ledger.accept(reversalOf("entry-1"));
    expect(entries).toMatchObject([
      {
        event_type: "reversal",
        effective_at: "2026-01-02",
        external_ref: "acct-1",
        reverses: { sequence: 1, position: 0, journal_entry_id: "entry-1" },
        postings: [{ debit: "2100", credit: "1100", amount_minor: 5n, loan: PARTY }],
      },
    ]);
    expect(answer).toEqual({
      journal_entry_id: "entry-2",
      reverses_entry_id: "entry-1",
      posted_at: "2026-01-02T03:04:05.006Z",
      correlation_id: "event-1",
    });
  });

  it("is refused for an unknown entry, for a reversal and for a reversed entry, in this order", () => {
    const ledger = new Ledger();
    expect(ledger.refuse(reversalOf("entry-1")).code).toBe("not_found");
    ledger.accept(disbursement);
    ledger.accept(reversalOf("entry-1"));
    expect(ledger.refuse(reversalOf("entry-1")).code).toBe("already_reversed");
    expect(ledger.refuse(reversalOf("entry-2")).code).toBe("not_reversible");
    ledger.state.reversed.add("entry-2");
    expect(ledger.refuse(reversalOf("entry-2")).code).toBe("not_reversible");
  });

  it("frees the loan's balance again: turnover has no bound", () => {
    const ledger = new Ledger();
    for (const turn of [1, 3, 5]) {
      ledger.accept({ ...disbursement, amount_minor: INT64_MAX });
      ledger.accept(reversalOf(`entry-${turn}`, { effective_at: "2024-01-01" }));
    }
    ledger.accept({ ...disbursement, amount_minor: 1n });
    expect(bookOf(ledger.state, "loan").balances).toMatchObject({ principal: 1n, clearing: 1n });
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
      for (const book of ledger.state.books.values()) {
        for (const day of ["2023-12-31", "2024-01-01", "2026-01-01", "2026-01-02"]) {
          const principal = balanceAt(book, "principal", day);
          expect(principal >= 0n && principal <= INT64_MAX).toBe(true);
          expect(balanceAt(book, "clearing", day)).toBe(principal);
        }
      }
    }),
    { seed: 4 },
  );
});
