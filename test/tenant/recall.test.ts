import { describe, expect, it } from "vitest";
import { noBooksState } from "../../src/domain/bookkeeping/booked.ts";
import type { Command } from "../../src/domain/command.ts";
import { NO_HEAD } from "../../src/domain/core/event.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/core/settings.ts";
import { ledgerLoanId } from "../../src/domain/core/uuid.ts";
import { perCategory } from "../../src/domain/tape/categories.ts";
import type { Loaded } from "../../src/store/load.ts";
import { GateMemory } from "../../src/tenant/memory.ts";
import type { Plan } from "../../src/tenant/plan.ts";
import { keepState, nameOf } from "../../src/tenant/remembered.ts";
import { disbursed, fee, ledgerAfter, payment, reversal } from "../domain/ledger/ledger-in-memory.ts";

const NOW = Date.UTC(2024, 5, 1);
const NAMESPACE = "7efecc64-b5ed-5dbf-b379-90a0ffcfe6df";
const DAY = "2024-02-01";

type Mode = "off" | "records";
interface Stored {
  readonly record: object;
}
/** What a group was decided on: records by category and id, and what the books hold. */
function loadedOf(
  mode: Mode,
  records: Readonly<Record<string, Readonly<Record<string, object>>>> = {},
): Loaded {
  const state = perCategory(() => new Map<string, Stored>());
  for (const [category, rows] of Object.entries(records))
    for (const [id, record] of Object.entries(rows))
      state[category as keyof typeof state].set(id, { record });
  const { state: ledger } = ledgerAfter(disbursed(1_000n));
  const books = noBooksState({ mode, settle_bank: null, version: 3 }, NAMESPACE);
  const settings = { now: DEFAULT_SETTINGS };
  return { head: NO_HEAD, seen: [], state, ledger, books, settings } as unknown as Loaded;
}
const headOf = (sequence: number) => ({
  ...NO_HEAD,
  sequence,
  event_id: sequence === 0 ? "" : `ev-${sequence}`,
});
const planOf = (sequence: number, reassigned = 0): Plan =>
  ({ head: headOf(sequence), writes: { reassigned: { size: reassigned } } }) as unknown as Plan;
const ingest = (category: string, id: string, step: string, change: object = {}): Command =>
  ({ type: "ingest", category, step, id, change }) as unknown as Command;

function remembering(loaded: Loaded): GateMemory {
  const memory = new GateMemory();
  memory.learn(loaded, planOf(1));
  return memory;
}
const PAID = ingest("payment", "P-1", "update", { status: "paid" });
const OF_LOAN = { disbursement: { "L-1": {} }, payment: { "P-1": { disbursement_id: "L-1" } } };
const GROSS = { size: 2 };
function booked(): Loaded {
  const loaded = loadedOf("records", OF_LOAN);
  loaded.books.loans.set("L-1", { loan_id: "x", follows_records: true, gross: GROSS } as never);
  loaded.books.loans.set("L-2", { loan_id: "y", follows_records: true, gross: GROSS } as never);
  loaded.books.parts.set("payment P-1", [{ disbursement_id: "L-2" }] as never);
  return loaded;
}

describe("a command is decided from memory", () => {
  it("of a loan whose book is remembered from its day on", () => {
    const loaded = loadedOf("off");
    const book = { ...loaded.ledger.books.get("loan"), from: DAY } as never;
    loaded.ledger.books.set("loan", book);
    const memory = remembering(loaded);
    const recalled = memory.recall([fee(1n, DAY), fee(1n, "2024-02-02")], NOW);
    expect(recalled?.ledger.loans).toEqual(loaded.ledger.loans);
    expect(recalled?.ledger.books.get("loan")).toBe(book);
    expect(recalled?.head).toEqual(headOf(1));
    expect(memory.recall([fee(1n, "2024-01-31")], NOW)).toBeNull();
  });

  it("of a loan that is not remembered: a posting opens it or is refused", () => {
    const memory = remembering(loadedOf("off"));
    expect(memory.recall([disbursed(1n, { loan_id: "new" })], NOW)?.ledger.loans.size).toBe(0);
  });

  it("of a bank account only if it is known", () => {
    const loaded = loadedOf("off");
    expect(remembering(loaded).recall([payment(1n, DAY)], NOW)).toBeNull();
    loaded.ledger.banks.known.add("main");
    expect(remembering(loaded).recall([payment(1n, DAY)], NOW)?.ledger.banks.known).toEqual(
      new Set(["main"]),
    );
  });

  it("of a payment with its loan, and with all that the books hold of both", () => {
    const off = remembering(loadedOf("off", OF_LOAN)).recall([PAID], NOW);
    expect([off?.state.payment.size, off?.state.disbursement.size, off?.books.loans.size]).toEqual([1, 1, 0]);
    const recalled = remembering(booked()).recall([PAID], NOW);
    expect([...(recalled?.books.loans.keys() ?? [])].sort()).toEqual(["L-1", "L-2"]);
    expect([...(recalled?.books.parts.keys() ?? [])]).toEqual(["payment P-1"]);
    expect(recalled?.books).toMatchObject({
      mode: "records",
      settle_bank: null,
      version: 3,
      namespace: NAMESPACE,
    });
  });

  it.each<[string, (loaded: Loaded) => unknown]>([
    ["its loan", ({ state }) => state.disbursement.delete("L-1")],
    ["the books of its loan", ({ books }) => books.loans.delete("L-1")],
    ["the books of the loan that a part of it is booked at", ({ books }) => books.loans.delete("L-2")],
    ["its parts", ({ books }) => books.parts.clear()],
  ])("not of a payment without %s", (_, lose) => {
    const loaded = booked();
    lose(loaded);
    expect(remembering(loaded).recall([PAID], NOW)).toBeNull();
  });

  it("not of a payment that the group creates for a loan without its books", () => {
    const loaded = booked();
    const created = ingest("payment", "P-9", "create", { disbursement_id: "L-1" });
    expect(remembering(loaded).recall([created], NOW)).not.toBeNull();
    loaded.books.loans.delete("L-1");
    expect(remembering(loaded).recall([created], NOW)).toBeNull();
  });

  it("of a disbursement that the group creates, whose loan is asked for; not of one that is changed", () => {
    const memory = remembering(booked());
    const create = ingest("disbursement", "L-9", "create");
    const recalled = memory.recall([create], NOW);
    expect(recalled?.books.asked).toEqual(new Set([ledgerLoanId(NAMESPACE, "L-9")]));
    expect(memory.recall([ingest("disbursement", "L-1", "update")], NOW)).toBeNull();
    expect(memory.recall([ingest("disbursement", "L-1", "create")], NOW)).toBeNull();
    const paid = ingest("payment", "P-9", "create", { disbursement_id: "L-9" });
    expect(memory.recall([create, paid], NOW)?.books.parts).toEqual(new Map([["payment P-9", []]]));
    expect(memory.recall([ingest("payment", "P-9", "create", { disbursement_id: "L-8" })], NOW)).toBeNull();
  });

  it.each<[string, Command]>([
    ["a reversal, which reads an entry", reversal("entry-1")],
    ["an opening", { type: "opening", category: "payment", id: "P-1" } as Command],
  ])("not of %s", (_, command) => {
    expect(remembering(booked()).recall([command], NOW)).toBeNull();
  });
});

describe("what is remembered", () => {
  it("includes the settings that the next command is decided on", () => {
    const loaded = loadedOf("off");
    loaded.settings.now = { ...DEFAULT_SETTINGS };
    expect(remembering(loaded).recall([], NOW)?.settings.now).toBe(loaded.settings.now);
  });

  it("is nothing before the first group, after a restore, and after another writer", () => {
    const memory = new GateMemory();
    expect([memory.recall([], NOW), memory.mayBook]).toEqual([null, true]);
    memory.learn(loadedOf("off", OF_LOAN), planOf(1));
    expect([memory.recall([PAID], NOW) === null, memory.mayBook]).toEqual([false, false]);
    memory.forget();
    expect([memory.recall([], NOW), memory.mayBook]).toEqual([null, true]);
    memory.learn(loadedOf("records", OF_LOAN), planOf(1));
    expect(memory.mayBook).toBe(true);
  });

  it.each<[string, Partial<Loaded>, number, boolean]>([
    ["stays with the next group", { head: headOf(1) }, 0, true],
    ["is forgotten at another sequence", { head: { ...headOf(1), sequence: 2 } }, 0, false],
    ["is forgotten at another event", { head: { ...headOf(1), event_id: "ev-x" } }, 0, false],
    ["is forgotten when a loan changes hands", { head: headOf(1) }, 1, false],
    [
      "is forgotten after a switch of bookkeeping",
      { head: headOf(1), books: noBooksState({ mode: "off", settle_bank: null, version: 4 }, NAMESPACE) },
      0,
      false,
    ],
  ])("%s", (_, change, reassigned, stays) => {
    const memory = remembering(loadedOf("off", OF_LOAN));
    memory.learn({ ...loadedOf("off"), ...change }, planOf(2, reassigned));
    expect(memory.recall([PAID], NOW) !== null).toBe(stays);
    expect(memory.recall([], NOW)?.head).toEqual(headOf(2));
  });

  it("loses a loan that follows the records by now, and one of which only an outline is loaded", () => {
    const lost: readonly ((loaded: Loaded) => void)[] = [
      ({ ledger }) =>
        ledger.loans.set("loan", { ...ledger.loans.get("loan"), follows_records: true } as never),
      ({ ledger }) => ledger.books.set("loan", { outline: true } as never),
      ({ ledger }) => ledger.books.delete("loan"),
    ];
    for (const lose of lost) {
      const memory = remembering(loadedOf("off"));
      const next = { ...loadedOf("off"), head: headOf(1) };
      lose(next);
      expect(memory.recall([fee(1n, DAY)], NOW)?.ledger.loans.size).toBe(1);
      memory.learn(next, planOf(2));
      expect(memory.recall([fee(1n, DAY)], NOW)?.ledger.loans.size).toBe(0);
    }
  });

  it("is counted in bytes, roughly: text twice, each item of a list, each day and each part", () => {
    const loaded = booked();
    loaded.state.client.set("C-1", { record: { name: "x".repeat(10), list: [1, 2], count: 5 } } as never);
    loaded.ledger.books.set("loan", { from: "", later: [1, 2, 3] } as never);
    loaded.ledger.banks.known.add("main");
    const bytes = new Map<string, number | undefined>();
    keepState(loaded, (key, row) => void bytes.set(nameOf(key), row?.bytes));
    expect(Object.fromEntries(bytes)).toEqual({
      "client C-1": 600 + 20 + 600,
      "disbursement L-1": 600,
      "payment P-1": 600 + 6,
      "loan loan": 600 + 3 * 200,
      "bank main": 600,
      "booked L-1": 600 + 2 * 200,
      "booked L-2": 600 + 2 * 200,
      "parts P-1": 600 + 800,
    });
  });

  it.each([
    [999_700, true],
    [999_701, false],
  ])(
    "is at most 4,000,000 bytes: of two clients with names of 999,700 and %i characters both: %s",
    (length, stay) => {
      const loaded = loadedOf("off", {
        client: { "C-1": { name: "x".repeat(999_700) }, "C-2": { name: "x".repeat(length) } },
      });
      loaded.ledger.loans.clear();
      const memory = remembering(loaded);
      const update = (id: string) => memory.recall([ingest("client", id, "update")], NOW) !== null;
      expect([update("C-2"), update("C-1")]).toEqual([true, stay]);
    },
  );
});
