import { describe, expect, it } from "vitest";
import type { Booking } from "../../../src/domain/bookkeeping/decide.ts";
import { loan, payment } from "../../support/examples.ts";
import { Books } from "./books.ts";

const OCTOBER = "2026-10-31";
const september = { ...loan, disbursement_date: "2026-09-20", maturity_date: "2027-09-20" };
const received = {
  ...payment,
  status: "paid",
  due_date: "2026-10-15",
  payment_date: "2026-10-15",
  payment_principal: 400,
  payment_fee: 100,
} as const;

/** Each entry as `effective_at (value_date) type`. */
const daysOf = (booking: Booking | null) =>
  booking?.entries.map(
    ({ effective_at, value_date, event_type }) => `${effective_at} (${value_date}) ${event_type}`,
  );

/** Books with a loan of September. */
function lent(): Books {
  const books = new Books();
  books.book("disbursement", september);
  return books;
}

describe("what a record says of a closed period", () => {
  it("October: a payment that comes late is posted on 1 November, with its value date", () => {
    const books = lent();
    books.closed_through = OCTOBER;
    const booking = books.book("payment", received);
    expect(daysOf(booking)).toEqual(["2026-11-01 (2026-10-15) payment_received"]);
    expect(booking?.entries[0]?.postings).toMatchObject([
      { debit: "1000", credit: "1100", amount_minor: 40000n },
      { debit: "1000", credit: "1400", amount_minor: 10000n },
      { debit: "2300", credit: "4100", amount_minor: 10000n },
    ]);
  });

  it("is taken back on the first open day, with the value date of its entry", () => {
    const books = lent();
    books.book("payment", received);
    books.closed_through = OCTOBER;
    const moved = books.book("payment", {
      step: "update",
      payment_id: "PAY-1",
      payment_date: "2026-11-20",
    });
    expect(daysOf(moved)).toEqual([
      "2026-11-01 (2026-10-15) reversal",
      "2026-11-20 (2026-11-20) payment_received",
    ]);
    const deleted = books.book("disbursement", { step: "delete", disbursement_id: "L-1" });
    expect(daysOf(deleted)).toEqual(["2026-11-01 (2026-09-20) reversal"]);
  });

  it("is taken back no earlier than its entry, whether or not the period is closed further or reopened", () => {
    const late = () => {
      const books = lent();
      books.closed_through = OCTOBER;
      books.book("payment", received);
      return books;
    };
    const unpaid = { step: "update", payment_id: "PAY-1", status: "expected" };
    const same = late();
    expect(daysOf(same.book("payment", unpaid))).toEqual(["2026-11-01 (2026-10-15) reversal"]);
    const further = late();
    further.closed_through = "2026-11-30";
    expect(daysOf(further.book("payment", unpaid))).toEqual(["2026-12-01 (2026-10-15) reversal"]);
    const reopened = late();
    reopened.closed_through = null;
    expect(daysOf(reopened.book("payment", unpaid))).toEqual(["2026-11-01 (2026-10-15) reversal"]);
  });

  it("stays as it is where the record says the same, and an opening after a closing follows the same rule", () => {
    const books = lent();
    books.closed_through = OCTOBER;
    books.book("payment", received);
    expect(books.book("payment", { step: "update", payment_id: "PAY-1", info: { a: 1 } })).toBeNull();
    books.closed_through = null;
    expect(books.open("payment", "PAY-1")).toBeNull();
    const unbooked = new Books();
    unbooked.decide("disbursement", september);
    unbooked.closed_through = OCTOBER;
    expect(daysOf(unbooked.open("disbursement", "L-1"))).toEqual(["2026-11-01 (2026-09-20) disbursement"]);
  });

  it("reverses the settlement of a corrected origination on the first open day, with the settlement's value date", () => {
    const books = lent();
    const [origination] = books.state.parts.get("disbursement L-1") ?? [];
    const id = origination?.journal_entry_id ?? "";
    books.state.settlements.set(id, {
      disbursement_entry_id: id,
      journal_entry_id: "settlement",
      sequence: 2,
      position: 0,
      effective_at: "2026-09-22",
      value_date: "2026-09-21",
      bank_account_ref: "bank-1",
    });
    books.closed_through = OCTOBER;
    const moved = books.book("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_date: "2026-09-25",
    });
    expect(daysOf(moved)).toEqual([
      "2026-11-01 (2026-09-21) reversal",
      "2026-11-01 (2026-09-20) reversal",
      "2026-11-01 (2026-09-25) disbursement",
    ]);
  });
});
