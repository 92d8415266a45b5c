import { describe, expect, it } from "vitest";
import { noBooksState } from "../../src/domain/bookkeeping/booked.ts";
import { noClosingState } from "../../src/domain/closing/closing.ts";
import { NO_HEAD } from "../../src/domain/core/event.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/core/settings.ts";
import { noErasureState } from "../../src/domain/erasure/erasure.ts";
import { noLedgerState } from "../../src/domain/ledger/state.ts";
import type { IngestCommand } from "../../src/domain/tape/state.ts";
import type { Loaded } from "../../src/store/load.ts";
import { GateMemory } from "../../src/tenant/memory.ts";
import { planGroup } from "../../src/tenant/plan.ts";
import { CALL_VERSION, type Submission } from "../../src/tenant/submission.ts";
import { commandOf } from "../support/decisions.ts";
import { individual, loan, payment } from "../support/examples.ts";

const NOW = Date.UTC(2024, 5, 1);

const submissionOf = (command: IngestCommand): Submission => ({
  version: CALL_VERSION,
  key: `key-${crypto.randomUUID()}`,
  fingerprint: "",
  data: "{}",
  actor: null,
  trace_id: "",
  traceparent: "",
  command,
});

const nothing = (): Loaded => ({
  head: NO_HEAD,
  rewrites: 0,
  isRestored: false,
  seen: [],
  state: { client: new Map(), disbursement: new Map(), payment: new Map(), operation: new Map() },
  ledger: noLedgerState(),
  books: noBooksState({ mode: "off", settle_bank: null, version: 0 }, ""),
  erasures: noErasureState(),
  accounts: new Map(),
  facilities: new Map(),
  settings: { now: DEFAULT_SETTINGS },
  closed_through: null,
  closing: noClosingState(),
});

function decided(loaded: Loaded, ...commands: readonly IngestCommand[]) {
  const deciding = {
    tenant: "t",
    clock: NOW,
    isErasing: false,
    proposed: new Set<string>(),
    onBug: () => {},
  };
  return planGroup(loaded, commands.map(submissionOf), deciding);
}

/** Decides a group on what is loaded, and lets the memory learn it. */
function settle(memory: GateMemory, loaded: Loaded, ...commands: readonly IngestCommand[]) {
  const plan = decided(loaded, ...commands);
  expect(plan.refusals).toBe(0);
  memory.learn(loaded, plan);
  return plan;
}

const paid = commandOf("payment", { step: "update", payment_id: "PAY-1", status: "paid" });

/** A memory that has seen two clients, a loan that is deleted, and its payment. */
function seenOnce() {
  const memory = new GateMemory();
  const loaded = nothing();
  const plan = settle(
    memory,
    loaded,
    commandOf("client", individual),
    commandOf("client", { ...individual, client_id: "C-2" }),
    commandOf("disbursement", loan),
    commandOf("payment", payment),
    commandOf("disbursement", { step: "delete", disbursement_id: "L-1" }),
  );
  return { memory, head: plan.head, loaded };
}

describe("what a gate remembers", () => {
  it("is enough for a command whose record and parent it has seen", () => {
    const { memory, head } = seenOnce();
    const recalled = memory.recall([paid], NOW);
    expect(recalled?.head).toEqual({ ...NO_HEAD, ...pick(head) });
    expect([...(recalled?.state.payment.keys() ?? [])]).toEqual(["PAY-1"]);
    expect([...(recalled?.state.disbursement.keys() ?? [])]).toEqual(["L-1"]);
  });

  it("does not hold a loan's payments once the loan has another client", () => {
    const { memory, head, loaded } = seenOnce();
    // As a load has it: the payments of the loan are not among what the commands name.
    const without = { ...loaded, head, state: { ...loaded.state, payment: new Map() } };
    const again = commandOf("disbursement", { ...loan, client_id: "C-2" });
    expect(settle(memory, without, again).writes.reassigned.size).toBe(1);
    expect(memory.recall([paid], NOW)).toBeNull();
    expect(
      memory.recall([commandOf("disbursement", { step: "delete", disbursement_id: "L-1" })], NOW),
    ).not.toBeNull();
  });

  it("is unknown, never absent, unless the group itself makes it", () => {
    const { memory } = seenOnce();
    const third = commandOf("payment", { ...payment, payment_id: "PAY-3", disbursement_id: "L-3" });
    const parent = commandOf("disbursement", { ...loan, disbursement_id: "L-3" });
    expect(memory.recall([third], NOW)).toBeNull();
    const refusals = (...commands: readonly IngestCommand[]) => {
      const recalled = memory.recall(commands, NOW);
      return recalled && decided(recalled, ...commands).refusals;
    };
    expect(refusals(parent, third)).toBe(0);
    // The gate loads before it refuses.
    expect(refusals(third, parent)).toBe(1);
  });

  it("is nothing as of another head", () => {
    const { memory } = seenOnce();
    const head = { sequence: 9, event_id: "of another writer", created_at: NOW, hash: "00" };
    settle(memory, { ...nothing(), head }, commandOf("client", { ...individual, client_id: "C-9" }));
    expect(memory.recall([paid], NOW)).toBeNull();
  });
});

const pick = ({ sequence, event_id, created_at, hash }: Loaded["head"]) => ({
  sequence,
  event_id,
  created_at,
  hash,
});
