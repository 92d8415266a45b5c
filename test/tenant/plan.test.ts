import { describe, expect, it } from "vitest";
import { noBooksState } from "../../src/domain/bookkeeping/booked.ts";
import { noClosingState } from "../../src/domain/closing/closing.ts";
import type { Command } from "../../src/domain/command.ts";
import { type Event, NO_HEAD } from "../../src/domain/core/event.ts";
import { sequenceOf } from "../../src/domain/core/event-id.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/core/settings.ts";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { noErasureState } from "../../src/domain/erasure/erasure.ts";
import { noLedgerState } from "../../src/domain/ledger/state.ts";
import { factsOf } from "../../src/domain/log/texts.ts";
import { perCategory } from "../../src/domain/tape/categories.ts";
import type { Loaded } from "../../src/store/load.ts";
import { NO_EVENT } from "../../src/tenant/key-store.ts";
import { planGroup } from "../../src/tenant/plan.ts";
import { replay } from "../../src/tenant/replay.ts";
import { CALL_VERSION, type Submission } from "../../src/tenant/submission.ts";
import { disbursed } from "../domain/ledger/ledger-in-memory.ts";
import { commandOf } from "../support/decisions.ts";
import { individual, loan, payment } from "../support/examples.ts";

const NOW = Date.UTC(2024, 5, 1);

let count = 0;
function submissionOf(command: Command, change: Partial<Submission> = {}): Submission {
  count += 1;
  return {
    ...{ version: CALL_VERSION, key: count.toString(16).padStart(64, "0"), fingerprint: "f", data: "{}" },
    ...{ actor: null, trace_id: "tr", traceparent: `tp-${count}`, command },
    ...change,
  };
}
function loadedOf(mode: "off" | "records" = "off"): Loaded {
  const namespace = tenantNamespace("t");
  const books = noBooksState({ mode, settle_bank: null, version: 1 }, namespace);
  books.asked.add(ledgerLoanId(namespace, "L-1"));
  const state = perCategory(() => new Map()) as Loaded["state"];
  const settings = { now: DEFAULT_SETTINGS };
  const log = { head: NO_HEAD, rewrites: 0, isRestored: false, seen: [] };
  const open = { closed_through: null, closing: noClosingState() };
  const ledger = noLedgerState();
  const named = { accounts: new Map(), facilities: new Map<string, number>() };
  return { ...log, ...open, ...named, state, ledger, books, erasures: noErasureState(), settings };
}
function planned(
  loaded: Loaded,
  group: readonly Submission[],
  proposed: readonly string[] = [],
  clock = NOW,
) {
  const bugs: unknown[] = [];
  const deciding = {
    ...{ tenant: "t", clock, isErasing: false, proposed: new Set(proposed) },
    onBug: (_: Submission, error: unknown) => void bugs.push(error),
  };
  const plan = planGroup(loaded, group, deciding);
  const verdicts = group.map(({ key }) => plan.verdicts.get(key));
  return { ...plan, verdicts, bugs, proposed: deciding.proposed };
}
const codesOf = ({ verdicts }: ReturnType<typeof planned>) =>
  verdicts.map((verdict) => (verdict?.kind === "rejected" ? verdict.problem.code : verdict?.kind));

const client = submissionOf(commandOf("client", individual));
const disbursement = submissionOf(commandOf("disbursement", loan));
const broken = submissionOf({ ...client.command, change: null } as unknown as Command);

describe("a group of commands", () => {
  it.each([
    ["its own clock", NOW - 5, NOW],
    ["the last event of the log, where its clock lags", NOW + 5, NOW + 5],
  ])("makes events that follow one another, at the time of %s", (_, last, time) => {
    const head = { ...NO_HEAD, sequence: 5, event_id: "ev-5", created_at: last };
    const plan = planned({ ...loadedOf(), head }, [client, disbursement]);
    const { events } = plan.writes;
    expect(events.map(({ sequence, created_at }) => [sequence, created_at])).toEqual([
      [6, time],
      [7, time],
    ]);
    expect(events.map(({ event_id }) => sequenceOf(event_id))).toEqual([6, 7]);
    expect(plan.head).toMatchObject({ sequence: 7, event_id: events[1]?.event_id, created_at: time });
    expect([plan.refusals, plan.used.length]).toEqual([0, 2]);
    expect([...plan.proposed]).toEqual(events.map(({ event_id }) => event_id));
    expect(plan.verdicts).toMatchObject(
      events.map(({ event_id, sequence, category, step, record_id }) => ({
        kind: "accepted",
        answer: { event_id, sequence, category, step, record_id, answer: null },
        replayed: false,
        bookmark: null,
      })),
    );
  });

  it("sees what its earlier commands did; a refused one uses no sequence", () => {
    const again = submissionOf(client.command);
    const plan = planned(loadedOf(), [disbursement, client, again, submissionOf(disbursement.command)]);
    expect(codesOf(plan)).toEqual(["validation_error", "accepted", "already_exists", "accepted"]);
    expect([plan.refusals, plan.head.sequence, plan.used.length]).toEqual([2, 2, 2]);
  });

  it("names in each event the event of the same record before it", () => {
    const change = submissionOf(
      commandOf("client", { step: "update", client_id: "C-1", phone: "+1234567891" }),
    );
    const { events } = planned(loadedOf(), [
      client,
      disbursement,
      change,
      submissionOf(change.command),
    ]).writes;
    expect(events.map(({ previous_sequence }) => previous_sequence)).toEqual([null, null, 1, 3]);
  });

  it("survives a bug in one command", () => {
    const plan = planned(loadedOf(), [broken, client]);
    expect(codesOf(plan)).toEqual(["internal_error", "accepted"]);
    expect([plan.bugs.length, plan.refusals, plan.head.sequence]).toEqual([1, 1, 1]);
  });

  it("says how far the log goes, and how far a projection waits for it, with their traces", () => {
    const [first, second] = [client, disbursement].map(({ traceparent }) => traceparent);
    const other = submissionOf(commandOf("client", { ...individual, client_id: "C-2" }));
    expect(planned(loadedOf(), [client, disbursement, other]).news).toEqual({
      all: { upto: 3, traceparent: other.traceparent },
      wanted: { upto: 2, traceparent: second },
    });
    expect(planned(loadedOf(), [client]).news).toEqual({
      all: { upto: 1, traceparent: first },
      wanted: null,
    });
    expect(planned(loadedOf(), []).news).toBeNull();
  });
});

describe("a key that is used up", () => {
  const before = planned(loadedOf(), [client]);
  const [event] = before.writes.events;
  if (!event) throw new Error("no event");
  const loaded = { ...loadedOf(), head: before.head, seen: before.used };

  it("gets the first answer again, and makes nothing new", () => {
    const plan = planned(loaded, [client]);
    expect(plan.verdicts).toEqual([{ ...before.verdicts[0], replayed: true }]);
    expect(plan.verdicts).toEqual([replay(event, client.fingerprint)]);
    expect([plan.news, plan.writes.events.length, plan.refusals, plan.head.sequence]).toEqual([
      null,
      0,
      0,
      1,
    ]);
  });

  it("is no replay where an earlier try at this group wrote it: a projection may wait for it", () => {
    const plan = planned(loaded, [client], [event.event_id]);
    expect(plan.verdicts).toEqual(before.verdicts);
    const upto = { upto: 1, traceparent: client.traceparent };
    expect(plan.news).toEqual({ all: upto, wanted: upto });
  });

  it("is a mismatch for another request, which names the event where there is one", () => {
    const other = { ...client, fingerprint: "other" };
    const mismatch = (problem: object) => [
      { kind: "rejected", problem: { code: "idempotency_mismatch", detail: expect.any(String), ...problem } },
    ];
    expect(planned(loaded, [other]).verdicts).toEqual(mismatch({ event_id: event.event_id }));
    const reserved = { ...loaded, seen: before.used.map((seen) => ({ ...seen, event_id: NO_EVENT })) };
    expect(planned(reserved, [other]).verdicts).toEqual(mismatch({}));
  });
});

describe("a change of settings", () => {
  const changeOf = (change: object) => submissionOf({ type: "settings", change });

  it("is written, and holds for the group's next command", () => {
    const { name: _, ...nameless } = individual;
    const loaded = loadedOf();
    const unnamed = submissionOf(commandOf("client", nameless));
    const group = [unnamed, changeOf({ anonymous_clients: true }), submissionOf(unnamed.command)];
    const plan = planned(loaded, group);
    expect(codesOf(plan)).toEqual(["validation_error", "accepted", "accepted"]);
    expect(plan.writes.settings).toEqual([{ ...DEFAULT_SETTINGS, anonymous_clients: true, sequence: 1 }]);
    expect(loaded.settings.now).toEqual({ ...DEFAULT_SETTINGS, anonymous_clients: true });
  });

  it.each([
    [0, "accepted"],
    [1, "too_late"],
  ])("of the time zone, after bookkeeping was switched %i times: %s", (version, code) => {
    const books = { ...loadedOf().books, version };
    const plan = planned({ ...loadedOf(), books }, [changeOf({ time_zone: "Asia/Tokyo" })]);
    expect(codesOf(plan)).toEqual([code]);
  });
});

const factsOfEvent = (event: Event | undefined) => (event ? factsOf(event) : {});

describe("the books", () => {
  it("of a ledger command are what it posts; a refused one posts nothing", () => {
    const another = submissionOf(disbursed(5n, { borrower_id: "another" }));
    const plan = planned(loadedOf(), [submissionOf(disbursed(5n)), another]);
    expect(codesOf(plan)).toEqual(["accepted", "validation_error"]);
    expect(plan.writes.events[0]).toMatchObject({ category: "ledger", step: "disbursement" });
    expect(plan.writes.entries.map(({ journal_entry_id: id }) => sequenceOf(id))).toEqual([1]);
  });

  const opening = submissionOf({ type: "opening", category: "disbursement", id: "L-1" } as Command);

  it("follow a record in the same event, which names its entries; a later opening has nothing to book", () => {
    const loaded = loadedOf("records");
    const plan = planned(loaded, [client, disbursement, opening]);
    expect(codesOf(plan)).toEqual(["accepted", "accepted", "not_found"]);
    const [first, second] = plan.writes.events;
    const posted = plan.writes.entries.map(({ journal_entry_id }) => journal_entry_id);
    expect(posted.length).toBeGreaterThan(0);
    expect(factsOfEvent(second).journal_entry_ids).toEqual(posted);
    expect(factsOfEvent(first)).not.toHaveProperty("journal_entry_ids");
    expect(loaded.books.terms.get("L-1")?.map(({ sequence }) => sequence)).toEqual([2]);
    expect(loaded.state.disbursement.has("L-1")).toBe(true);
  });

  const disbursementOf = (data: object) => submissionOf(commandOf("disbursement", data));
  const paymentOf = (data: object) => submissionOf(commandOf("payment", { ...payment, ...data }));
  const typesOf = ({ writes: { entries } }: ReturnType<typeof planned>) =>
    entries.map(({ event_type, correlation_id }) => [event_type, sequenceOf(correlation_id)]);

  it("follow the terms of a loan's present life", () => {
    const change = { change_date: "2025-01-10", change_reason: "Agreed" };
    const less = { step: "update", disbursement_id: "L-1", disbursement_amount: 9000, ...change };
    const deleted = disbursementOf({ step: "delete", disbursement_id: "L-1" });
    const loaded = loadedOf("records");
    const group = [client, disbursement, disbursementOf(less), deleted, disbursementOf(loan)];
    const plan = planned(loaded, group);
    expect(typesOf(plan)).toEqual([
      ["disbursement", 2],
      ["terms_changed", 3],
      ["reversal", 2],
      ["reversal", 3],
      ["disbursement", 5],
    ]);
    expect(loaded.books.terms.get("L-1")?.map(({ sequence }) => sequence)).toEqual([5]);
  });

  it("hold what is paid, in an event that keeps its own facts; not what is only due", () => {
    // Ids of different categories may be the same.
    const payments = [paymentOf({ payment_id: "L-1", status: "paid" }), paymentOf({})];
    const changes = [
      disbursementOf({ step: "update", disbursement_id: "L-1", bank_ref: "B" }),
      submissionOf(commandOf("payment", { step: "update", payment_id: "PAY-1", due_date: "2024-12-20" })),
    ];
    const plan = planned(loadedOf("records"), [client, disbursement, ...payments, ...changes]);
    expect(codesOf(plan)).toEqual(Array(6).fill("accepted"));
    expect(typesOf(plan)).toEqual([
      ["disbursement", 2],
      ["payment_received", 3],
    ]);
    const [, , receipt, ...others] = plan.writes.events.map(factsOfEvent);
    const journal_entry_ids = [plan.writes.entries[1]?.journal_entry_id];
    expect(receipt).toMatchObject({ disbursement_id: "L-1", journal_entry_ids });
    for (const facts of others) expect(facts).not.toHaveProperty("journal_entry_ids");
  });

  it("refuse what they cannot hold, when it is sent and when it is opened", () => {
    const [first, second] = ["PAY-1", "PAY-2"].map((payment_id) =>
      paymentOf({ payment_id, status: "paid", payment_total: 50_000_000_000_000_000 }),
    ) as [Submission, Submission];
    const loaded = loadedOf("records");
    const open = (id: string) => submissionOf({ type: "opening", category: "payment", id });
    expect(codesOf(planned(loaded, [client, disbursement, first, second]))).toEqual([
      ...Array(3).fill("accepted"),
      "amount_overflow",
    ]);
    planned({ ...loaded, books: { ...loaded.books, mode: "off" } }, [second]);
    expect(codesOf(planned(loaded, [open("PAY-1"), open("PAY-2")]))).toEqual([
      "not_found",
      "amount_overflow",
    ]);
  });

  it("that do not follow the records have no entries of them, and no openings", () => {
    const plan = planned(loadedOf(), [client, disbursement, opening]);
    expect(codesOf(plan)).toEqual(["accepted", "accepted", "not_found"]);
    expect(plan.writes.entries).toEqual([]);
    expect(factsOfEvent(plan.writes.events[1])).not.toHaveProperty("journal_entry_ids");
  });

  it("are opened for a record that came while they did not follow the records, as it is now", () => {
    const before = loadedOf();
    planned(before, [client, disbursement]);
    const { terms } = ((loaded) => {
      planned(loaded, [client, disbursement]);
      return loaded.books;
    })(loadedOf("records"));
    const books = { ...loadedOf("records").books, terms };
    const plan = planned({ ...before, books }, [opening, submissionOf(opening.command)]);
    expect(codesOf(plan)).toEqual(["accepted", "not_found"]);
    expect(plan.writes.events[0]).toMatchObject({ step: "opening", makes_history: false });
    expect(plan.writes.entries.length).toBeGreaterThan(0);
  });
});
