import { expect, it } from "vitest";
import { marksOf } from "../../../src/domain/ledger/marks.ts";
import { bookOf, lossesOf, settlementOf } from "../../../src/domain/ledger/state.ts";
import {
  chargeoff,
  disbursed,
  interest,
  ledgerAfter,
  recovery,
  reversal,
  settlement,
} from "./ledger-in-memory.ts";

const DAY = "2024-02-01";

it("the book of a new loan is empty, and that of a known one must be loaded", () => {
  const { state } = ledgerAfter(disbursed(5n));
  expect(bookOf(state, "new").balances.principal).toBe(0n);
  expect(bookOf(state, "loan").balances.principal).toBe(5n);
  state.books.delete("loan");
  expect(() => bookOf(state, "loan")).toThrow("the book of a loan that is not loaded");
});

it("a loan's losses are its own, beside settlements and interest", () => {
  const ledger = ledgerAfter(
    disbursed(5n),
    disbursed(9n, { loan_id: "other" }),
    settlement("entry-1", DAY),
    interest(1n, DAY, 5n),
    chargeoff(DAY),
  );
  const loss = { event_type: "chargeoff", loan_id: "loan", effective_at: DAY, sequence: 5, position: 0 };
  expect(lossesOf(ledger.state, "loan")).toEqual([loss]);
  expect(lossesOf(ledger.state, "other")).toEqual([]);
  expect(ledger.run({ ...recovery(1n, DAY), loan_id: "other" } as never)).toMatchObject({
    error: { code: "not_charged_off" },
  });
});

it("a settlement names its entry until it is reversed", () => {
  const ledger = ledgerAfter(disbursed(5n), settlement("entry-1", DAY));
  expect(settlementOf(ledger.state, "entry-1")).toBe("entry-2");
  expect(ledger.run(reversal("entry-1"))).toMatchObject({
    error: { detail: "The entry is settled by the journal entry entry-2. Reverse the settlement first." },
  });
  ledger.accept(reversal("entry-2"));
  expect(settlementOf(ledger.state, "entry-1")).toBeNull();
});

it("an entry that settles no other one holds nothing until its reversal", () => {
  const settled = ledgerAfter(disbursed(5n)).entry(settlement("entry-1", DAY));
  expect(marksOf(settled)).toEqual([
    { kind: "settlement", disbursement_entry_id: "entry-1", settled_by: "entry-2" },
  ]);
  expect(marksOf({ ...settled, settles_entry_id: null })).toEqual([]);
});
