import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { addLacking, isOfManyLoans, type LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import { NO_AMOUNTS, type Outline } from "../../../src/domain/ledger/loan-book.ts";
import { type LedgerNeeds, type LedgerState, noLedgerNeeds } from "../../../src/domain/ledger/state.ts";
import { disbursed, fee, interest, ledgerAfter, reversal } from "./ledger-in-memory.ts";

const DAY = "2024-02-01";
const TODAY = "2024-03-05";
const CLOCK = { now: Date.UTC(2024, 2, 5, 12), settings: DEFAULT_SETTINGS, closed_through: null };

/** What a command still lacks after a load, with the needs afterwards. */
function lackingOf(command: LedgerCommand, state: LedgerState, needs: LedgerNeeds = noLedgerNeeds()) {
  const isLacking = addLacking(needs, command, state, CLOCK);
  return { isLacking, entries: [...needs.entries], reversals: [...needs.reversals] };
}
const NOTHING = { isLacking: false, entries: [], reversals: [] };

it("a command that names no other entry lacks nothing after a load", () => {
  const { state } = ledgerAfter(disbursed(5n));
  expect(lackingOf(fee(1n, DAY), state)).toEqual(NOTHING);
  expect(lackingOf(interest(1n, DAY, 5n), state)).toEqual(NOTHING);
});

describe("a batch of settlements", () => {
  const one = (disbursement_entry_id: string | null, disbursement_id: string | null, effective_at = DAY) => ({
    ...{ disbursement_entry_id, disbursement_id, effective_at },
    ...{ bank_account_ref: "ops", external_ref: null },
  });
  const batch = (...settlements: readonly ReturnType<typeof one>[]): LedgerCommand => ({
    type: "disbursements_settled",
    settlements,
    actor: null,
  });
  const state = (): LedgerState => {
    const { state: loaded } = ledgerAfter(disbursed(5n), disbursed(7n));
    loaded.originations.set("D-1", "entry-1").set("D-2", "entry-2");
    return loaded;
  };

  it("lacks the entries of the originations that it names, each from its earliest day on, once", () => {
    const needs = noLedgerNeeds();
    needs.entries.set("entry-2", DAY);
    const command = batch(
      one(null, "D-1", "2024-02-09"),
      one(null, "D-2", "2024-01-01"),
      one(null, "D-1", "2024-02-08"),
      one("entry-2", null),
    );
    const entries = [
      ["entry-2", DAY],
      ["entry-1", "2024-02-08"],
    ];
    expect(lackingOf(command, state(), needs)).toEqual({ isLacking: true, entries, reversals: [] });
    expect(lackingOf(command, state(), needs)).toEqual({ isLacking: false, entries, reversals: [] });
  });

  it("lacks an entry also where it is the only one", () => {
    const entries = [["entry-1", DAY]];
    expect(lackingOf(batch(one(null, "D-1")), state())).toEqual({ isLacking: true, entries, reversals: [] });
  });

  it("lacks nothing for a disbursement that is not booked: deciding refuses it", () => {
    expect(lackingOf(batch(one(null, "D-3")), state())).toEqual(NOTHING);
  });
});

describe("a reversal", () => {
  const outline = (from: string): Outline => ({
    ...{ balances: NO_AMOUNTS, from, at: NO_AMOUNTS, least: NO_AMOUNTS, most: NO_AMOUNTS },
    leastDays: {
      ...{ principal: from, interest: from, fees: from, clearing: from, suspense: from },
      ...{ margin: from, loss: from },
    },
  });
  /** An accrual of three loans is `entry-4`. */
  const loaded = (): LedgerState => {
    const lent = ["a", "b", "c"].map((loan_id) => disbursed(5n, { loan_id }));
    const accrual = {
      ...interest(1n, DAY, 5n),
      loans: ["a", "b", "c"].map((loan_id) => ({
        ...{ loan_id, outstanding_principal_minor: 5n, interest_minor: 1n, interest_remainder: null },
      })),
    } as LedgerCommand;
    const { state } = ledgerAfter(...lent, accrual);
    state.books.clear();
    return state;
  };
  const asked = (day: string) => ({
    isLacking: true,
    entries: [],
    reversals: [["entry-4", { asked: day, today: day }]],
  });

  it("lacks the outlines of its day where one of them is of another day", () => {
    const state = loaded();
    state.books.set("a", outline(TODAY)).set("c", outline("2024-03-04"));
    expect(lackingOf(reversal("entry-4"), state)).toEqual(asked(TODAY));
    expect(lackingOf(reversal("entry-4", DAY), state)).toEqual(asked(DAY));
    state.books.set("c", outline(TODAY));
    expect(lackingOf(reversal("entry-4"), state)).toEqual(NOTHING);
    expect(lackingOf(reversal("entry-4", TODAY), state)).toEqual(NOTHING);
    expect(lackingOf(reversal("entry-4", "2024-03-06"), state)).toEqual(asked("2024-03-06"));
  });

  it("without a day lacks those of the accrual's last correction, if that is later than today", () => {
    const state = loaded();
    for (const [key, mark] of state.marks)
      if (mark.kind === "accrual" && mark.accrued.loan_id === "b")
        state.marks.set(key, { ...mark, accrued: { ...mark.accrued, last_day: "2024-04-01" } });
    state.books.set("a", outline(TODAY));
    expect(lackingOf(reversal("entry-4"), state)).toEqual(asked("2024-04-01"));
  });

  it("lacks nothing where the loans' books are known by day, and nothing for an unknown entry", () => {
    const state = loaded();
    for (const loan_id of ["a", "b", "c"])
      state.books.set(loan_id, { balances: NO_AMOUNTS, from: DAY, later: [] });
    expect(lackingOf(reversal("entry-4"), state)).toEqual(NOTHING);
    expect(lackingOf(reversal("entry-9"), state)).toEqual(NOTHING);
  });
});

it("the reversal of an entry is of many loans from 101 on, once the entry is loaded", () => {
  const ofLoans = (count: number): LedgerState => {
    const { state } = ledgerAfter(disbursed(5n));
    const [entry] = state.entries.values();
    const [posting] = entry?.postings ?? [];
    if (!entry || !posting) return expect.unreachable();
    const postings = Array.from({ length: count }, (_, index) => ({
      ...posting,
      loan: { loan_id: `loan-${index}`, borrower_id: "borrower" },
    }));
    state.entries.set("entry-1", { ...entry, postings: [...postings, ...postings] });
    return state;
  };
  expect(isOfManyLoans(reversal("entry-1"), ofLoans(100))).toBe(false);
  expect(isOfManyLoans(reversal("entry-1"), ofLoans(101))).toBe(true);
  expect(isOfManyLoans(reversal("entry-2"), ofLoans(101))).toBe(false);
  expect(isOfManyLoans(reversal("entry-1"))).toBe(false);
  expect(isOfManyLoans(fee(1n, DAY), ofLoans(101))).toBe(false);
});
