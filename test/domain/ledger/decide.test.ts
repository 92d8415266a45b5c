import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INT64_MAX } from "../../../src/domain/core/money.ts";
import { balanceAt } from "../../../src/domain/ledger/loan-book.ts";
import { bookOf } from "../../../src/domain/ledger/state.ts";
import { disbursed, LedgerInMemory, ledgerAfter, PARTY, reversal } from "./ledger-in-memory.ts";

describe("a disbursement", () => {
  it("debits principal and credits clearing, and gives the documented answer", () => {
    const { entries, answer } = new LedgerInMemory().accept(disbursed(5n));
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
});

describe("a reversal", () => {
  it("in the same group as its disbursement sees it", () => {
    const ledger = new LedgerInMemory();
    ledger.accept(disbursed(5n));
    const { entries, answer } = ledger.accept(reversal("entry-1"));
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

  it("of a reversal is refused as such, also when that one is reversed", () => {
    const ledger = ledgerAfter(disbursed(5n), reversal("entry-1"));
    ledger.state.reversed.add("entry-2");
    expect(ledger.run(reversal("entry-2"))).toMatchObject({ ok: false, error: { code: "not_reversible" } });
  });

  it("frees the loan's balance again: turnover has no bound", () => {
    const ledger = new LedgerInMemory();
    for (const turn of [1, 3, 5]) {
      ledger.accept(disbursed(INT64_MAX));
      ledger.accept(reversal(`entry-${turn}`, "2024-01-01"));
    }
    ledger.accept(disbursed(1n));
    expect(bookOf(ledger.state, "loan").balances).toMatchObject({ principal: 1n, clearing: 1n });
  });
});

it("a refusal leaves the state as it was, and all that is accepted sums to zero", () => {
  const amount = fc.oneof(fc.constantFrom(0n, 1n, INT64_MAX), fc.bigInt({ min: 0n, max: INT64_MAX }));
  const command = fc.oneof(
    fc
      .record({ amount_minor: amount, loan: fc.nat(2), currency: fc.constantFrom("USD", "JPY") })
      .map(({ loan, ...rest }) => disbursed(rest.amount_minor, { ...rest, loan_id: `loan-${loan}` })),
    fc.nat(12).map((number) => reversal(`entry-${number}`)),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      const ledger = new LedgerInMemory();
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
