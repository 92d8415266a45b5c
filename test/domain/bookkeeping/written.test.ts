import { describe, expect, it } from "vitest";
import { NO_BOOKKEEPING } from "../../../src/domain/bookkeeping/booked.ts";
import { banksOfRecords, decideSwitch, switchedEvent } from "../../../src/domain/bookkeeping/switch.ts";
import { applyBooking, openingEvent } from "../../../src/domain/bookkeeping/writes.ts";
import { noWrites } from "../../../src/domain/command.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { noLedgerState } from "../../../src/domain/ledger/state.ts";
import { loan, payment } from "../../support/examples.ts";
import { Books, LOAN_ID } from "./books.ts";

const STAMP = {
  sequence: 7,
  event_id: "event-7",
  journal_entry_id: "entry-7",
  now: 1_000,
  settings: DEFAULT_SETTINGS,
};
const REQUEST = { key_hash: "k", fingerprint: "f", data: "{}", actor: "me", trace_id: "t" };
const paid = { ...payment, status: "paid", payment_principal: 400, payment_fee: 100 } as const;

/** What the commit of a record's event writes. */
function written(books: Books, category: "disbursement" | "payment", data: object) {
  const decided = books.decide(category, data);
  if (!decided.ok || decided.value === null) throw new Error("nothing is booked");
  const writes = noWrites();
  applyBooking(books.state, books.ledger, writes, decided.value);
  return { writes, booking: decided.value };
}

const partsOf = ({ parts }: ReturnType<typeof noWrites>) =>
  [...parts.values()].map(({ part, isBooked }) => `${part.record_id} ${part.name} ${part.day} ${isBooked}`);

describe("what the commit of a record's event writes", () => {
  it("is its entries, its parts, and the loan that it opens", () => {
    const books = new Books();
    const { writes, booking } = written(books, "disbursement", loan);
    const { borrower_id } = booking.opened ?? expect.unreachable();
    const opened = { borrower_id, currency: "USD", follows_records: true };
    expect([...writes.loans]).toEqual([[LOAN_ID, opened]]);
    expect([...books.ledger.loans]).toEqual([[LOAN_ID, opened]]);
    expect(partsOf(writes)).toEqual(["L-1 origination 2024-10-20 true"]);
    expect([...writes.bookedLoans].map(([id, one]) => [id, one.loan_id, one.follows_records])).toEqual([
      ["L-1", LOAN_ID, true],
    ]);
    expect(writes.entries).toEqual(booking.entries);
    const [entry] = booking.entries;
    expect(books.ledger.entries.get(entry?.journal_entry_id ?? "")).toBe(entry);
    expect(books.ledger.reversed.size).toBe(0);
  });

  it("of another day is the removal of the old part, the new one, and which entry is reversed", () => {
    const books = new Books();
    written(books, "disbursement", loan);
    const first = written(books, "payment", paid).booking.entries[0] ?? expect.unreachable();
    const moved = { step: "update", payment_id: "PAY-1", payment_date: "2024-12-01" };
    const { writes } = written(books, "payment", moved);
    expect(partsOf(writes)).toEqual(["PAY-1 receipt 2024-12-01 true"]);
    expect([...writes.loans]).toEqual([]);
    expect([...books.ledger.reversed]).toEqual([first.journal_entry_id]);
    expect(writes.entries.map(({ event_type, value_date }) => [event_type, value_date])).toEqual([
      ["reversal", "2024-11-20"],
      ["payment_received", "2024-12-01"],
    ]);
  });

  const marksOf = ({ marks }: ReturnType<typeof noWrites>) =>
    [...marks].map(([key, { held }]) => [key, held === null ? null : [held.sequence, held.position]]);

  it("of a settled loan is which settlement holds, and of its deletion that none does", () => {
    const books = new Books("ops");
    const { writes, booking } = written(books, "disbursement", loan);
    const [origination] = booking.entries;
    const key = `settlement ${origination?.journal_entry_id}`;
    expect(marksOf(writes)).toEqual([[key, [1, 1]]]);
    const deleted = written(books, "disbursement", { step: "delete", disbursement_id: "L-1" });
    expect(marksOf(deleted.writes)).toEqual([[key, null]]);
  });

  it("of a recovery is that it holds, and of one that is taken back that it does not; a receipt marks nothing", () => {
    const books = new Books();
    written(books, "disbursement", loan);
    const { writes, booking } = written(books, "payment", { ...paid, recovery: true });
    const [entry] = booking.entries;
    const key = `recovery ${LOAN_ID} 2 0`;
    expect(entry?.description).toBe("Payment PAY-1 was received on what was written off");
    expect([marksOf(writes), [...books.ledger.marks.keys()]]).toEqual([[[key, [2, 0]]], [key]]);
    const { writes: unmarked } = written(books, "payment", {
      ...{ step: "update", payment_id: "PAY-1", recovery: false },
    });
    expect([marksOf(unmarked), [...books.ledger.marks.keys()]]).toEqual([[[key, null]], []]);
    const removed = written(books, "payment", { step: "delete", payment_id: "PAY-1" });
    expect(marksOf(removed.writes)).toEqual([]);
  });

  it("of a payment that is expected again is the removal of its part", () => {
    const books = new Books();
    written(books, "disbursement", loan);
    written(books, "payment", paid);
    const { writes } = written(books, "payment", { step: "update", payment_id: "PAY-1", status: "expected" });
    expect(partsOf(writes)).toEqual(["PAY-1 receipt 2024-11-20 false"]);
    expect(books.open("payment", "PAY-1")).toBeNull();
  });
});

describe("the entries of records", () => {
  const change = { change_date: "2025-01-10", change_reason: "Agreed" };

  it("say what they book, for whom, and on which bank account", () => {
    const books = new Books();
    const all = [
      ...written(books, "disbursement", loan).writes.entries,
      ...written(books, "payment", paid).writes.entries,
      ...written(books, "disbursement", {
        ...{ step: "update", disbursement_id: "L-1", disbursement_amount: 9_000 },
        ...change,
      }).writes.entries,
      ...written(books, "payment", { ...paid, payment_id: "P-2", refund: true }).writes.entries,
      ...written(books, "payment", { step: "delete", payment_id: "PAY-1" }).writes.entries,
    ];
    expect(
      all.map((one) => [one.event_type, one.description, one.bank_account_ref, one.external_ref, one.actor]),
    ).toEqual([
      ["disbursement", "Disbursement L-1 was agreed", null, "L-1", "somebody"],
      ["payment_received", "Payment PAY-1 was received", "main", "L-1", "somebody"],
      ["terms_changed", "Terms of the disbursement L-1 were changed", null, "L-1", "somebody"],
      ["payment_received", "Payment P-2 was paid back", "main", "L-1", "somebody"],
      ["reversal", "Reversal: the payment PAY-1 says otherwise", "main", "L-1", "somebody"],
    ]);
    expect(all.map(({ position }) => position)).toEqual([0, 0, 0, 0, 0]);
    expect(new Set(all.map(({ journal_entry_id }) => journal_entry_id)).size).toBe(5);
  });

  it("of a change book its amounts to the cent, and nothing for what stays", () => {
    const books = new Books();
    written(books, "disbursement", loan);
    const moves = (data: object) =>
      written(books, "disbursement", { step: "update", disbursement_id: "L-1", ...change, ...data })
        .writes.entries.filter(({ event_type }) => event_type === "terms_changed")
        .map(({ postings }) => postings.map((one) => `${one.debit} ${one.credit} ${one.amount_minor}`));
    expect(moves({ disbursement_amount: 9_999.99 })).toEqual([["5100 1100 1"]]);
    expect(moves({ disbursement_amount: 10_000 })).toEqual([["1100 5100 1"]]);
    expect(moves({ disbursement_amount: 10_000.01 })).toEqual([["1100 2100 1"]]);
    expect(moves({ total_expected_margin: 1_293.01 })).toEqual([["1400 2300 1"]]);
    expect(moves({ total_expected_margin: 1_293 })).toEqual([["2300 1400 1"]]);
    expect(moves({ disbursement_amount: 9_998.01, total_expected_margin: 1_293.02 })).toEqual([
      ["5100 1100 200", "1400 2300 2"],
    ]);
    expect(moves({ disbursement_amount: 10_001, total_expected_margin: 1_293 })).toEqual([
      ["1100 5100 200", "1100 2100 99", "2300 1400 2"],
    ]);
  });
});

describe("a switch of bookkeeping", () => {
  const off = NO_BOOKKEEPING;
  const on = { mode: "records", settle_bank: null } as const;
  const run = (before: typeof off, asked: Pick<typeof off, "mode" | "settle_bank">, above = 0, count = 0) => {
    const ledger = noLedgerState();
    ledger.banks.count = count;
    return decideSwitch(before, ledger, { type: "switch", ...asked, above }, STAMP);
  };

  it("has the next version, also above one that it had before", () => {
    expect(run(off, on)).toEqual({ ok: true, value: { ...on, version: 1, sequence: 7, opens: true } });
    expect(run({ ...off, version: 4 }, on)).toMatchObject({ value: { version: 5 } });
    expect(run({ ...off, version: 4 }, on, 9)).toMatchObject({ value: { version: 10 } });
  });

  it("to what it is already changes nothing, and a change of the settlements opens nothing", () => {
    const before = { ...on, version: 1 };
    expect(run(before, on)).toEqual({ ok: true, value: null });
    expect(run(before, { ...on, settle_bank: "ops" })).toMatchObject({
      value: { settle_bank: "ops", version: 2, opens: false },
    });
    expect(run(before, off)).toMatchObject({ value: { mode: "off", opens: true } });
  });

  it("needs room for the bank accounts that the records name, each counted once", () => {
    expect(banksOfRecords(off)).toEqual([]);
    expect(banksOfRecords(on)).toEqual(["main"]);
    expect(banksOfRecords({ ...on, settle_bank: "main" })).toEqual(["main"]);
    expect(banksOfRecords({ ...on, settle_bank: "ops" })).toEqual(["main", "ops"]);
    expect(run(off, on, 0, 199).ok).toBe(true);
    expect(run(off, on, 0, 200)).toMatchObject({ ok: false, error: { code: "too_many_bank_accounts" } });
    expect(run(off, { ...on, settle_bank: "ops" }, 0, 198).ok).toBe(true);
    expect(run(off, { ...on, settle_bank: "ops" }, 0, 199).ok).toBe(false);
    expect(run({ ...on, version: 1 }, off, 0, 200).ok).toBe(true);
  });

  it("is an event of the ledger about nobody", () => {
    expect(switchedEvent(STAMP, REQUEST)).toMatchObject({
      category: "ledger",
      step: "switched",
      about: null,
    });
  });
});

it("an opening's event names the record and its entries, or itself where it posts none", () => {
  const books = new Books();
  const { booking } = written(books, "disbursement", loan);
  const command = { type: "opening", category: "disbursement", id: "L-1" } as const;
  const id = booking.entries[0]?.journal_entry_id;
  expect(openingEvent(command, booking, STAMP, REQUEST)).toMatchObject({
    ...{ category: "ledger", step: "opening", record_id: id, facts: { journal_entry_ids: [id] } },
    answer: JSON.stringify({ category: "disbursement", id: "L-1", journal_entry_ids: [id] }),
  });
  const two = { ...booking, entries: [...booking.entries, { ...booking.entries[0], journal_entry_id: "x" }] };
  expect(openingEvent(command, two as typeof booking, STAMP, REQUEST).record_id).toBe(id);
  expect(openingEvent(command, { ...booking, entries: [] }, STAMP, REQUEST).record_id).toBe("event-7");
});
