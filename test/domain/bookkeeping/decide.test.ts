import { describe, expect, it } from "vitest";
import { type Booking, lacksLoan } from "../../../src/domain/bookkeeping/decide.ts";
import { applyBooking } from "../../../src/domain/bookkeeping/writes.ts";
import { noWrites } from "../../../src/domain/command.ts";
import { ledgerBorrowerId, ledgerLoanId } from "../../../src/domain/core/uuid.ts";
import { markKey } from "../../../src/domain/ledger/marks.ts";
import { loan, payment, purchase } from "../../support/examples.ts";
import { Books, LOAN_ID, NAMESPACE } from "./books.ts";

const entriesOf = (booking: Booking | null) =>
  (booking?.entries ?? []).map(({ event_type, effective_at, postings }) =>
    [
      `${effective_at} ${event_type}`,
      ...postings.map(({ debit, credit, amount_minor }) => `DR ${debit} CR ${credit} ${amount_minor}`),
    ].join("; "),
  );

const paid = { ...payment, status: "paid", payment_principal: 400, payment_fee: 100 } as const;
const ORIGINATION = "2024-10-20 disbursement; DR 1100 CR 2100 1000000; DR 1400 CR 2300 129300";
const RECEIPT =
  "2024-11-20 payment_received; DR 1000 CR 1100 40000; DR 1000 CR 1400 10000; DR 2300 CR 4100 10000";

describe("an event of a record", () => {
  it("opens a loan with the borrower of its time, and correlates its entries with itself", () => {
    const booking = new Books().book("disbursement", loan);
    expect(entriesOf(booking)).toEqual([ORIGINATION]);
    expect(booking?.opened).toEqual({
      loan_id: LOAN_ID,
      borrower_id: ledgerBorrowerId(NAMESPACE, "C-1"),
      currency: "USD",
    });
    expect(booking?.entries[0]).toMatchObject({
      correlation_id: "event-1",
      external_ref: "L-1",
      actor: "somebody",
    });
  });

  it("of a purchase books a loan that borrows in its own name", () => {
    const booking = new Books().book("disbursement", purchase);
    expect(booking?.opened).toMatchObject({ borrower_id: ledgerLoanId(NAMESPACE, "P-1") });
  });

  it("that is not paid books nothing", () => {
    const books = new Books();
    books.book("disbursement", loan);
    expect(books.book("payment", payment)).toBeNull();
  });

  it("that corrects a receipt reverses it on its own day and posts the new one, in one booking", () => {
    const books = new Books();
    books.book("disbursement", loan);
    const first = books.book("payment", paid);
    expect(entriesOf(first)).toEqual([RECEIPT]);
    const update = { step: "update", payment_id: "PAY-1", payment_date: "2024-12-01" };
    const second = books.book("payment", update);
    expect(entriesOf(second)).toEqual([
      "2024-11-20 reversal; DR 1100 CR 1000 40000; DR 1400 CR 1000 10000; DR 4100 CR 2300 10000",
      RECEIPT.replace("2024-11-20", "2024-12-01"),
    ]);
    const [reversal, receipt] = second?.entries ?? [];
    expect(reversal?.reverses?.journal_entry_id).toBe(first?.entries[0]?.journal_entry_id);
    expect([reversal?.correlation_id, receipt?.correlation_id]).toEqual(["event-2", "event-3"]);
    expect([reversal?.position, receipt?.position]).toEqual([0, 1]);
    expect(second?.opened).toBeNull();
  });

  it("that changes nothing of what is booked books nothing", () => {
    const books = new Books();
    books.book("disbursement", loan);
    books.book("payment", paid);
    expect(books.book("payment", { step: "update", payment_id: "PAY-1", due_date: "2024-11-20" })).toBeNull();
  });

  it("that deletes a disbursement reverses what its own events posted, and leaves its receipts", () => {
    const books = new Books();
    books.book("disbursement", loan);
    books.book("payment", paid);
    const change = { change_date: "2025-01-10", change_reason: "Agreed" };
    books.book("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_amount: 9000,
      ...change,
    });
    const deleted = books.book("disbursement", { step: "delete", disbursement_id: "L-1" });
    expect(entriesOf(deleted)).toEqual([
      "2024-10-20 reversal; DR 2100 CR 1100 1000000; DR 2300 CR 1400 129300",
      "2025-01-10 reversal; DR 1100 CR 5100 100000",
    ]);
    expect(books.state.parts.get("payment PAY-1")).toHaveLength(1);
    const anew = books.book("disbursement", loan);
    expect([entriesOf(anew), anew?.opened]).toEqual([[ORIGINATION], null]);
  });

  it("that takes an origination back takes its settlement back first, on the settlement's day", () => {
    const books = new Books();
    const origination = books.book("disbursement", loan)?.entries[0]?.journal_entry_id ?? "";
    books.state.settlements.set(origination, {
      disbursement_entry_id: origination,
      journal_entry_id: "settlement",
      sequence: 7,
      position: 0,
      effective_at: "2024-10-22",
      value_date: "2024-10-22",
      bank_account_ref: "ops",
    });
    const mark = { kind: "settlement", disbursement_entry_id: origination } as const;
    books.ledger.marks.set(markKey(mark), mark);
    const deleted = books.book("disbursement", { step: "delete", disbursement_id: "L-1" });
    expect(entriesOf(deleted)).toEqual([
      "2024-10-22 reversal; DR 1000 CR 2100 1000000",
      "2024-10-20 reversal; DR 2100 CR 1100 1000000; DR 2300 CR 1400 129300",
    ]);
    expect(deleted?.entries[0]).toMatchObject({
      bank_account_ref: "ops",
      reverses: { journal_entry_id: "settlement", sequence: 7, position: 0 },
    });
    expect(deleted?.unsettled).toEqual([origination]);
    expect(deleted?.entries.map(({ position, actor }) => [position, actor])).toEqual([
      [0, "somebody"],
      [1, "somebody"],
    ]);
    expect(new Set(deleted?.entries.map(({ journal_entry_id }) => journal_entry_id)).size).toBe(2);
    expect(books.ledger.marks.size).toBe(0);
    expect([...books.state.settlements]).toEqual([]);
  });
});

describe("records that settle what they promise", () => {
  const moved = { step: "update", disbursement_id: "L-1", disbursement_date: "2024-10-25" };
  const SETTLED = "2024-10-20 disbursement_settled; DR 2100 CR 1000 1000000";
  const TAKEN_BACK = "2024-10-20 reversal; DR 1000 CR 2100 1000000";
  const settling = () => new Books("ops");

  it("post the settlement directly after its entry, and take back and post both with a corrected date", () => {
    const books = settling();
    const booking = books.book("disbursement", loan);
    expect(entriesOf(booking)).toEqual([ORIGINATION, SETTLED]);
    const [origination, settlement] = booking?.entries ?? [];
    expect(settlement).toMatchObject({
      ...{ settles_entry_id: origination?.journal_entry_id, bank_account_ref: "ops", position: 1 },
      ...{ correlation_id: origination?.correlation_id, external_ref: "L-1" },
    });
    const kept = { ...settlement, disbursement_entry_id: origination?.journal_entry_id };
    expect(booking?.settled).toEqual([kept]);
    expect([...books.state.settlements]).toEqual([[origination?.journal_entry_id, kept]]);
    const second = books.book("disbursement", moved);
    expect(entriesOf(second)).toEqual([
      ...[TAKEN_BACK, "2024-10-20 reversal; DR 2100 CR 1100 1000000; DR 2300 CR 1400 129300"],
      ...[ORIGINATION, SETTLED].map((line) => line.replace("10-20", "10-25")),
    ]);
    expect(second?.entries[0]?.reverses?.journal_entry_id).toBe(settlement?.journal_entry_id);
    expect(books.ledger.marks.size).toBe(1);
    const again = second?.entries[2]?.journal_entry_id;
    expect([...books.state.settlements.keys()]).toEqual([again]);
  });

  it("settle for the loan and its borrower, also where the promise is the only posting", () => {
    const owner = { loan_id: LOAN_ID, borrower_id: ledgerBorrowerId(NAMESPACE, "C-1") };
    for (const total_expected_margin of [0, 1293]) {
      const [, settlement] =
        settling().book("disbursement", { ...loan, total_expected_margin })?.entries ?? [];
      expect(settlement?.postings).toEqual([
        { debit: "2100", credit: "1000", amount_minor: 1_000_000n, loan: owner },
      ]);
    }
  });

  it("settle no write-off, and no receipt", () => {
    const books = settling();
    books.book("disbursement", loan);
    const change = { change_date: "2025-01-10", change_reason: "Agreed" };
    const lower = { step: "update", disbursement_id: "L-1", disbursement_amount: 9000, ...change };
    expect(books.book("disbursement", lower)?.settled).toEqual([]);
    expect(books.book("payment", paid)?.settled).toEqual([]);
  });

  it("take back only the settlement that stands where the same group reversed one, and perhaps posted another", () => {
    for (const another of [null, "another"]) {
      const books = settling();
      const [, first] = books.book("disbursement", loan)?.entries ?? [];
      if (!first) throw new Error("an origination is settled");
      books.ledger.reversed.add(first.journal_entry_id);
      books.ledger.marks.clear();
      if (another !== null) {
        books.ledger.entries.set(another, { ...first, journal_entry_id: another });
        const mark = { kind: "settlement", disbursement_entry_id: first.settles_entry_id ?? "" } as const;
        books.ledger.marks.set(markKey(mark), mark);
      }
      const reversed = books.book("disbursement", moved)?.entries.map((entry) => entry.reverses);
      const ids = reversed?.flatMap((one) => one?.journal_entry_id ?? []);
      const own = first.settles_entry_id;
      expect(ids).toEqual(another === null ? [own] : [another, own]);
    }
  });
});

describe("a loan that a ledger route had first", () => {
  it("is booked not at all, and is remembered as such", () => {
    const books = new Books();
    books.ledger.loans.set(LOAN_ID, { borrower_id: "b", currency: "USD", follows_records: false });
    const booking = books.book("disbursement", loan);
    expect([entriesOf(booking), booking?.opened]).toEqual([[], null]);
    expect(books.state.loans.get("L-1")?.follows_records).toBe(false);
    expect(books.book("payment", paid)).toBeNull();
  });

  it("is not yet remembered by a payment that books nothing in any case", () => {
    const books = new Books();
    books.ledger.loans.set(LOAN_ID, { borrower_id: "b", currency: "USD", follows_records: false });
    books.records.accept("disbursement", loan);
    expect(books.book("payment", payment)).toBeNull();
    expect(books.book("payment", { step: "update", payment_id: "PAY-1", status: "paid" })).toMatchObject({
      ...{ entries: [], opened: null },
    });
  });
});

it("names the loan that must be asked for before a record is booked", () => {
  const books = new Books();
  books.book("disbursement", loan);
  books.records.accept("payment", paid);
  const lacks = () =>
    lacksLoan({ books: books.state, ledger: books.ledger, state: books.records.state }, "payment", "PAY-1");
  expect(lacks()).toBeNull();
  books.state.loans.clear();
  books.state.asked.clear();
  expect(lacks()).toBe("L-1");
  expect(
    lacksLoan(
      { books: books.state, ledger: books.ledger, state: books.records.state },
      "disbursement",
      "L-1",
    ),
  ).toBe("L-1");
  expect(
    lacksLoan({ books: books.state, ledger: books.ledger, state: books.records.state }, "payment", "unknown"),
  ).toBeNull();
});

describe("sums that the books cannot hold", () => {
  /** 5 x 10^18 minor units. */
  const HALF = 50_000_000_000_000_000;
  const receipt = (id: string, payment_total = HALF) => ({ ...paid, payment_id: id, payment_total });
  const whole = ({ payment_principal: _, payment_fee: __, ...rest }: ReturnType<typeof receipt>) => rest;

  it("are refused by debits and credits apart, although their difference would fit", () => {
    const books = new Books();
    books.book("disbursement", { ...loan, disbursement_amount: HALF });
    books.book("payment", whole(receipt("PAY-1")));
    const refused = books.decide("payment", whole(receipt("PAY-2")));
    expect(refused).toMatchObject({ ok: false, error: { code: "amount_overflow" } });
  });

  it.each([
    [["disbursement", "PAY-1", "PAY-2"]],
    [["PAY-1", "disbursement", "PAY-2"]],
    [["PAY-2", "PAY-1", "disbursement"]],
  ])("do not depend on the order of events: %j", (order) => {
    const books = new Books();
    // Payments need a disbursement, so each order begins with one that says little.
    books.book("disbursement", { ...loan, disbursement_amount: 1 });
    const codes = order.map((what) => {
      const event =
        what === "disbursement"
          ? ({ step: "update", disbursement_id: "L-1", disbursement_amount: HALF } as const)
          : whole(receipt(what));
      const change = { change_date: "2025-01-10", change_reason: "Agreed" };
      const decided =
        what === "disbursement"
          ? books.decide("disbursement", { ...event, ...change })
          : books.decide("payment", event);
      if (decided.ok && decided.value) applyBooking(books.state, books.ledger, noWrites(), decided.value);
      return decided.ok ? "booked" : `${what.slice(0, 3)} ${decided.error.code}`;
    });
    expect(codes.filter((code) => code !== "booked")).toEqual(["PAY amount_overflow"]);
  });

  it("are free again once the entry that held them is reversed", () => {
    const books = new Books();
    books.book("disbursement", loan);
    books.book("payment", whole(receipt("PAY-1")));
    const agreed = { "USD 1100 DR": 1_000_000n, "USD 2100 CR": 1_000_000n, "USD 1400 DR": 129_300n };
    const gross = () => Object.fromEntries(books.state.loans.get("L-1")?.gross ?? []);
    expect(gross()).toEqual({ ...agreed, "USD 1100 CR": BigInt(HALF) * 100n });
    books.book("payment", { step: "delete", payment_id: "PAY-1" });
    expect(gross()).toEqual(agreed);
    expect(entriesOf(books.book("payment", whole(receipt("PAY-2"))))).toEqual([
      `2024-11-20 payment_received; DR 1000 CR 1100 ${HALF}00`,
    ]);
  });

  it("are booked up to the last unit of 64 bits", () => {
    const books = new Books();
    // A float does not hold all these digits.
    const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => number };
    const most = rawJSON("92233720368547758.07");
    const agreed = books.book("disbursement", {
      ...loan,
      total_expected_margin: 0,
      disbursement_amount: most,
    });
    expect(entriesOf(agreed)).toEqual(["2024-10-20 disbursement; DR 1100 CR 2100 9223372036854775807"]);
    const all = books.book("payment", { ...whole(receipt("PAY-1")), payment_total: most });
    expect(entriesOf(all)).toEqual(["2024-11-20 payment_received; DR 1000 CR 1100 9223372036854775807"]);
    const refused = books.decide("payment", whole(receipt("PAY-2", 0.01)));
    expect(refused).toMatchObject({ ok: false, error: { code: "amount_overflow" } });
  });
});

it("an opening moves a receipt to the loan that its payment was created for while bookkeeping was off", () => {
  const books = new Books();
  books.book("disbursement", loan);
  books.book("disbursement", { ...loan, disbursement_id: "L-2" });
  books.book("payment", paid);
  books.records.accept("payment", { step: "delete", payment_id: "PAY-1" });
  books.records.accept("payment", { ...paid, disbursement_id: "L-2" });
  const moved = books.open("payment", "PAY-1");
  expect(entriesOf(moved)).toEqual([
    "2024-11-20 reversal; DR 1100 CR 1000 40000; DR 1400 CR 1000 10000; DR 4100 CR 2300 10000",
    RECEIPT,
  ]);
  const loansOf = moved?.entries.map(({ postings }) => postings.map(({ loan: party }) => party?.loan_id));
  expect(loansOf).toEqual([Array(3).fill(LOAN_ID), Array(3).fill(ledgerLoanId(NAMESPACE, "L-2"))]);
  expect(books.open("payment", "PAY-1")).toBeNull();
});

describe("what is not loaded", () => {
  it("of a record that never was is nothing", () => {
    const books = new Books();
    expect(books.open("disbursement", "L-1")).toBeNull();
    expect(books.open("payment", "PAY-1")).toBeNull();
  });

  it("is a fault, and never booked as if it were nothing", () => {
    const books = new Books();
    books.records.accept("disbursement", loan);
    expect(() => books.open("disbursement", "L-1")).toThrow("the terms that it was created with");
    const lacking = new Books();
    lacking.state.asked.clear();
    expect(() => lacking.book("disbursement", loan)).toThrow("booking needs a loan that is not loaded");
    const moved = new Books();
    for (const disbursement_id of ["L-1", "L-2"]) moved.book("disbursement", { ...loan, disbursement_id });
    moved.book("payment", paid);
    moved.records.accept("payment", { step: "delete", payment_id: "PAY-1" });
    moved.records.accept("payment", { ...paid, disbursement_id: "L-2" });
    moved.state.loans.delete("L-1");
    expect(() => moved.open("payment", "PAY-1")).toThrow("a booked part's loan is loaded with it");
  });
});

it("a receipt of a loan is booked in the name of the payment's client", () => {
  const books = new Books();
  books.book("disbursement", loan);
  const borrowers = books.book("payment", { ...paid, client_id: "C-1" })?.entries[0]?.postings;
  expect(borrowers?.map(({ loan: party }) => party?.borrower_id)).toEqual(
    Array(3).fill(ledgerBorrowerId(NAMESPACE, "C-1")),
  );
});

it("a receipt of a purchase is booked in the purchase's own name, not in that of the client who paid", () => {
  const books = new Books();
  books.book("disbursement", purchase);
  const booking = books.book("payment", { ...paid, disbursement_id: "P-1", client_id: "C-1" });
  const borrowers = booking?.entries[0]?.postings.map(({ loan: party }) => party?.borrower_id);
  expect(borrowers).toEqual(Array(3).fill(ledgerLoanId(NAMESPACE, "P-1")));
});
