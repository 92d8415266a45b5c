import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { decideLedger, type LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import { type LedgerState, noLedgerState } from "../../../src/domain/ledger/state.ts";
import { applyPosted, ledgerEvent, noLedgerWrites } from "../../../src/domain/ledger/writes.ts";
import {
  chargeoff,
  correction,
  disbursed,
  fee,
  interest,
  payment,
  recovery,
  refund,
  reversal,
  settlement,
} from "./ledger-in-memory.ts";

const NOW = Date.UTC(2026, 0, 2);
const REQUEST = { key_hash: "k", fingerprint: "f", data: "{}", actor: "me", trace_id: "t" };

const stampOf = (sequence: number) => ({
  sequence,
  event_id: `event-${sequence}`,
  journal_entry_id: `entry-${sequence}`,
  now: NOW,
  settings: DEFAULT_SETTINGS,
});

/** A group's writes after some commands, by default from sequence 1 on, with the event of each. */
function written(commands: readonly LedgerCommand[], state: LedgerState = noLedgerState(), first = 1) {
  const writes = noLedgerWrites();
  const events = commands.map((command, index) => {
    const stamp = stampOf(first + index);
    const decided = decideLedger(state, command, stamp);
    if (!decided.ok) throw new Error(decided.error.detail);
    const event = ledgerEvent(state, command, decided.value, { stamp, request: REQUEST });
    applyPosted(state, writes, decided.value, stamp);
    return event;
  });
  return { state, writes, events };
}

const stated = (bank_account_ref: string, closing_balance_minor: bigint): LedgerCommand => ({
  type: "bank_balance",
  bank_account_ref,
  currency: "USD",
  as_of_date: "2024-01-31",
  closing_balance_minor,
  actor: null,
});

const funding = (direction: "in" | "out", bank_account_ref = "ops"): LedgerCommand => ({
  type: "manual_adjustment",
  bank_account_ref,
  currency: "USD",
  amount_minor: 900n,
  direction,
  effective_at: "2024-01-05",
  external_ref: "wire-1",
  actor: "me",
});

describe("what a group writes", () => {
  it("is each entry in order, and each loan that is new, once", () => {
    const { writes } = written([
      disbursed(5n),
      fee(2n, "2024-01-02"),
      disbursed(6n, { loan_id: "loan-2", borrower_id: "other", currency: "EUR" }),
    ]);
    expect(writes.entries.map(({ journal_entry_id }) => journal_entry_id)).toEqual([
      "entry-1",
      "entry-2",
      "entry-3",
    ]);
    expect([...writes.loans]).toEqual([
      ["loan", { borrower_id: "borrower", currency: "USD", follows_records: false }],
      ["loan-2", { borrower_id: "other", currency: "EUR", follows_records: false }],
    ]);
    expect([...writes.banks]).toEqual([]);
  });

  it("names no loan that the ledger knows, and none for the lender's own money", () => {
    const { state } = written([disbursed(5n)]);
    const { writes } = written([fee(2n, "2024-01-02")], state);
    expect([...writes.loans]).toEqual([]);
    expect([...written([funding("in")]).writes.loans]).toEqual([]);
  });

  it("numbers bank accounts in the order in which they are first named", () => {
    const { writes, state } = written([
      funding("in"),
      disbursed(5n),
      payment(1n, "2024-01-02", "b"),
      funding("out", "b"),
      stated("c", -5n),
      stated("c", 7n),
      stated("ops", 8n),
    ]);
    expect([...writes.banks]).toEqual([
      ["ops", 1],
      ["b", 2],
      ["c", 3],
    ]);
    expect(state.banks).toEqual({ known: new Set(["ops", "b", "c"]), count: 3 });
    const day = { currency: "USD", as_of_date: "2024-01-31", now: NOW };
    expect([...writes.bankBalances.values()]).toEqual([
      { bank_account_ref: "c", ...day, closing_balance_minor: 7n, sequence: 6 },
      { bank_account_ref: "ops", ...day, closing_balance_minor: 8n, sequence: 7 },
    ]);
  });

  it("names no bank account for a reversal: its entry did, even if that was not loaded", () => {
    const { writes, state } = written([funding("in")]);
    state.banks.known.clear();
    const again = written([reversal("entry-1")], state);
    expect([...again.writes.banks]).toEqual([]);
    expect([...writes.banks]).toEqual([["ops", 1]]);
    expect(again.writes.entries).toMatchObject([{ bank_account_ref: "ops" }]);
  });

  it("holds a settlement by its entry, and releases it with the reversal", () => {
    const mark = { kind: "settlement", disbursement_entry_id: "entry-1" };
    const { writes, state } = written([disbursed(5n), settlement("entry-1", "2024-01-02")]);
    expect([...writes.marks.values()]).toMatchObject([
      { mark, held: { journal_entry_id: "entry-2", sequence: 2, position: 0 } },
    ]);
    const after = written([reversal("entry-2")], state);
    expect([...after.writes.marks.values()]).toMatchObject([{ mark, held: null }]);
  });

  it("holds a charge-off and what recovers it, each by its own entry", () => {
    const { writes } = written([disbursed(5n), chargeoff("2024-02-01"), recovery(2n, "2024-02-02")]);
    expect([...writes.marks.values()].map(({ mark, held }) => [mark, held?.sequence])).toEqual([
      [
        {
          kind: "loss",
          loss: {
            ...{ event_type: "chargeoff", loan_id: "loan", effective_at: "2024-02-01" },
            ...{ sequence: 2, position: 0 },
          },
        },
        2,
      ],
      [
        {
          kind: "loss",
          loss: {
            ...{ event_type: "recovery", loan_id: "loan", effective_at: "2024-02-02" },
            ...{ sequence: 3, position: 0 },
          },
        },
        3,
      ],
    ]);
  });
});

describe("what a group writes of interest", () => {
  const accrual = (date: string, change: object = {}) =>
    ({ ...interest(3n, date, 500n, 40n), ...change }) as LedgerCommand;
  const placed = ({ writes }: ReturnType<typeof written>) =>
    [...writes.marks].map(([key, { mark, held }]) => [
      key,
      held && [held.sequence, held.position],
      mark.kind === "accrual" && [mark.accrued.interest_minor, mark.accrued.remainder],
    ]);
  const DAY = "accrual loan 2024-01-05";

  it("is held by its accrual, also after a correction, until it is reversed", () => {
    const group = written([disbursed(500n), accrual("2024-01-05")]);
    expect(placed(group)).toEqual([[DAY, [2, 0], [3n, 40n]]]);
    const corrected = written([correction("entry-2", 4n)], group.state, 3);
    expect(placed(corrected)).toEqual([[DAY, [2, 0], [4n, 40n]]]);
    const reversed = written([reversal("entry-2")], corrected.state, 4);
    expect(placed(reversed)).toEqual([[DAY, null, [4n, 40n]]]);
    expect([...reversed.state.marks]).toEqual([]);
  });

  it("changes the remainder by the sum of what its days add, in the loan's currency", () => {
    const euros = disbursed(500n, { currency: "EUR" });
    const days = [accrual("2024-01-05", { currency: "EUR" }), accrual("2024-01-06", { currency: "EUR" })];
    const group = written([euros, ...days]);
    expect([...group.writes.remainders]).toEqual([["loan", { currency: "EUR", change: 40n }]]);
    const last = accrual("2024-01-07", {
      currency: "EUR",
      loans: [
        {
          ...{ loan_id: "loan", outstanding_principal_minor: 500n, interest_minor: 3n },
          interest_remainder: 41n,
        },
      ],
    });
    const next = written([last, reversal("entry-2")], group.state, 4);
    expect([...next.writes.remainders]).toEqual([["loan", { currency: "EUR", change: -39n }]]);
    expect(next.state.remainders).toEqual(new Map([["loan", 1n]]));
    const one = written([reversal("entry-4", "2026-01-02")], next.state, 6);
    expect([...one.writes.remainders]).toEqual([["loan", { currency: "EUR", change: -1n }]]);
  });

  it("writes no remainder where it changes none", () => {
    const { writes, state } = written([disbursed(500n), interest(3n, "2024-01-05", 500n)]);
    expect([...writes.remainders, ...state.remainders]).toEqual([]);
  });
});

describe("the event of a command", () => {
  it("that posts nothing names itself", () => {
    const { events } = written([
      disbursed(500n),
      interest(3n, "2024-01-05", 500n),
      correction("entry-2", 3n),
    ]);
    expect(events.map(({ record_id }) => record_id)).toEqual(["entry-1", "entry-2", "event-3"]);
  });

  it("keeps what a batch settles, and no other fact", () => {
    const batch: LedgerCommand = {
      type: "disbursements_settled",
      settlements: [
        {
          ...{ disbursement_entry_id: "entry-1", disbursement_id: null, effective_at: "2024-01-05" },
          ...{ bank_account_ref: "ops", external_ref: null },
        },
      ],
      actor: null,
    };
    const { events } = written([disbursed(5n), batch]);
    expect(events.map(({ facts }) => facts)).toStrictEqual([{}, { settles_entry_ids: ["entry-1"] }]);
  });

  it("on loans of one borrower is about that one, and on loans of several about none", () => {
    const lent = (borrower_id: string) => disbursed(500n, { loan_id: "other", borrower_id });
    const both = {
      ...interest(3n, "2024-01-05", 500n),
      loans: ["loan", "other"].map((loan_id) => ({
        ...{ loan_id, outstanding_principal_minor: 500n, interest_minor: 3n, interest_remainder: null },
      })),
    } as LedgerCommand;
    const aboutOf = (borrower_id: string) =>
      written([disbursed(500n), lent(borrower_id), both]).events[2]?.about;
    expect(aboutOf("borrower")).toBe("borrower:borrower");
    expect(aboutOf("another")).toBeNull();
  });

  it("is about the one person of its entry, and names its entry, bank account or itself", () => {
    const { events } = written([disbursed(5n), funding("in"), stated("c", 1n)]);
    expect(events.map(({ step, record_id, about }) => [step, record_id, about])).toEqual([
      ["disbursement", "entry-1", "borrower:borrower"],
      ["manual_adjustment", "entry-2", null],
      ["bank_balance", "c", null],
    ]);
    expect(JSON.parse(events[1]?.answer ?? "")).toEqual({
      funding_event_id: "event-2",
      journal_entry_id: "entry-2",
      posted_at: "2026-01-02T00:00:00.000Z",
    });
    expect(JSON.parse(events[2]?.answer ?? "")).toEqual({
      ...{ bank_balance_event_id: "event-3", bank_account_ref: "c", currency: "USD" },
      ...{ as_of_date: "2024-01-31", closing_balance_minor: "1", recorded_at: "2026-01-02T00:00:00.000Z" },
    });
  });

  it("of a loan that follows its records is about its client, and about nobody if it has several", () => {
    const { state } = written([disbursed(5n)]);
    state.loans.set("loan", { borrower_id: "borrower", currency: "USD", follows_records: true });
    state.clients.set("loan", "C-1");
    const { events } = written([settlement("entry-1", "2024-01-02")], state, 2);
    expect(events[0]?.about).toBe("client:C-1");
    state.marks.clear();
    state.clients.clear();
    expect(written([settlement("entry-1", "2024-01-02")], state, 3).events[0]?.about).toBeNull();
  });
});

describe("funding", () => {
  it("brings the lender's money to a bank account, and takes it away", () => {
    const { writes } = written([funding("in"), funding("out")]);
    const common = { event_type: "manual_adjustment", bank_account_ref: "ops", external_ref: "wire-1" };
    const one = { amount_minor: 900n, loan: null };
    expect(writes.entries).toMatchObject([
      { ...common, description: "Funding in", postings: [{ debit: "1000", credit: "3000", ...one }] },
      { ...common, description: "Funding out", postings: [{ debit: "3000", credit: "1000", ...one }] },
    ]);
  });

  it("and every other posting on cash is refused for a bank account beyond 200", () => {
    const { state } = written([disbursed(500n)]);
    written([chargeoff("2024-01-03")], written([disbursed(5n, { loan_id: "lost" })], state).state);
    written([payment(501n, "2024-01-02")], state, 7);
    state.banks.count = 200;
    const tooMany = { ok: false, error: { code: "too_many_bank_accounts" } };
    const recovered = { ...recovery(1n, "2024-01-03"), bank_account_ref: "new" };
    const back = { ...refund(1n, "2024-01-02"), bank_account_ref: "new" };
    const asked = [
      ...[funding("in", "new"), stated("new", 1n), payment(1n, "2024-01-02", "new")],
      ...([recovered, back] as LedgerCommand[]),
    ];
    for (const command of asked) {
      expect(decideLedger(state, command, stampOf(9)), command.type).toMatchObject(tooMany);
    }
    state.banks.count = 199;
    for (const command of asked) expect(decideLedger(state, command, stampOf(9)).ok).toBe(true);
    state.banks.count = 200;
    state.banks.known.add("new");
    for (const command of asked) expect(decideLedger(state, command, stampOf(9)).ok).toBe(true);
  });
});
