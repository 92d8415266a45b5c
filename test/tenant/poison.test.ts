import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { SubmitReply } from "../../src/tenant/submission.ts";
import { newTenant } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import {
  type Call,
  FaultyD1,
  failBefore,
  HeldCalls,
  isCommit,
  isLoad,
  mentions,
  wrapDatabase,
} from "../support/faulty-d1.ts";
import {
  arrivals,
  eventsOf,
  gateOf,
  type IngestSubmission,
  oneTo,
  sequencesOf,
  settleWhole,
  submissionOf,
  writerContext,
} from "../support/gate.ts";

const GROUP = 24;
/** The round trip that the event before the group still has to make. */
const FIRST_COMMIT = 1;
/** The commit that is tried without a load. */
const FROM_MEMORY = 1;
/** The commits of a whole group that D1 refuses: from memory, and after a load. */
const WHOLE_COMMITS = 2;
const REFUSED = "D1_ERROR: CHECK constraint failed: poison: SQLITE_CONSTRAINT";

/** Sends one event to keep the gate busy, and `group` to be settled as one group after it. */
async function settleTogether(
  tenant: string,
  group: readonly IngestSubmission[],
  prepare: (d1: FaultyD1) => void = () => {},
): Promise<{ replies: readonly SubmitReply[]; d1: FaultyD1 }> {
  const gate = gateOf(tenant);
  const d1 = await wrapDatabase(gate);
  const hold = new HeldCalls();
  d1.meet(isLoad, hold.fault, 1);
  prepare(d1);
  const first = gate.submit(tenant, await submissionOf("client", individual));
  await hold.reached();
  const sent = group.map((submission): Promise<SubmitReply> => gate.submit(tenant, submission));
  await arrivals(gate);
  d1.resetCounts();
  hold.release();
  await first;
  return { replies: await Promise.all(sent), d1 };
}

async function clientsWith(poison: number, spoil: (submission: IngestSubmission) => IngestSubmission) {
  const ids = oneTo(GROUP).map((number) => (number === poison ? "C-POISON" : `C-g${number}`));
  const group = await Promise.all(
    ids.map((client_id) => submissionOf("client", { ...individual, client_id })),
  );
  return group.map((one) => (one.command.id === "C-POISON" ? spoil(one) : one));
}

function expectOnlyPoisonFailed(replies: readonly SubmitReply[], poison: number) {
  for (const [index, reply] of replies.entries()) {
    const expected =
      index === poison - 1
        ? { kind: "rejected", problem: { code: "internal_error" } }
        : { kind: "accepted", replayed: false };
    expect(reply).toMatchObject(expected);
  }
}

describe("a command that poisons its group", () => {
  it.each([1, 13, GROUP])(
    "is the only one to fail, at place %i, when the database refuses it",
    async (poison) => {
      const tenant = newTenant();
      const group = await clientsWith(poison, (submission) => submission);
      const { replies, d1 } = await settleTogether(tenant, group, (database) =>
        database.meet((call) => isCommit(call) && mentions("C-POISON")(call), failBefore(REFUSED)),
      );
      expectOnlyPoisonFailed(replies, poison);
      expect(sequencesOf(await eventsOf(tenant))).toEqual(oneTo(GROUP));
      d1.heal();
      const [spoilt] = group.slice(poison - 1);
      if (!spoilt) throw new Error("the poison is one of the group");
      expect(await gateOf(tenant).submit(tenant, spoilt)).toMatchObject({
        kind: "accepted",
        replayed: false,
      });
    },
  );

  it("costs the others a few halvings, not one round trip each", async () => {
    const tenant = newTenant();
    const group = await clientsWith(7, (submission) => submission);
    const { d1 } = await settleTogether(tenant, group, (database) =>
      database.meet((call) => isCommit(call) && mentions("C-POISON")(call), failBefore(REFUSED)),
    );
    expect(d1.roundTrips).toBeLessThanOrEqual(
      FIRST_COMMIT + FROM_MEMORY + 2 * (1 + 2 * Math.ceil(Math.log2(GROUP))),
    );
  });

  it("is the only one to fail when a real constraint of the database refuses it", async () => {
    const tenant = newTenant();
    const spoil = (submission: IngestSubmission): IngestSubmission => {
      const change = { ...submission.command.change, name: null, phone: undefined };
      return { ...submission, command: { ...submission.command, change } };
    };
    const group = await clientsWith(5, spoil);
    const broken = await submissionOf("disbursement", { ...loan, disbursement_id: "L-POISON" });
    const change = { ...broken.command.change, installment_count: "many" };
    const mixed = [
      ...group.filter((_, index) => index !== 4),
      { ...broken, command: { ...broken.command, change } },
    ];
    const { replies } = await settleTogether(tenant, mixed);
    expectOnlyPoisonFailed(replies, GROUP);
    expect(sequencesOf(await eventsOf(tenant))).toEqual(oneTo(GROUP));
  });

  it("is the only one to fail when its decision throws, and costs no round trip", async () => {
    const tenant = newTenant();
    const broken = await submissionOf("disbursement", { ...loan, disbursement_id: "L-POISON" });
    const change = { ...broken.command.change, disbursement_amount: "not a number" };
    const group = await clientsWith(0, (submission) => submission);
    const { replies, d1 } = await settleTogether(tenant, [
      ...group.slice(0, 9),
      { ...broken, command: { ...broken.command, change } },
      ...group.slice(9),
    ]);
    expectOnlyPoisonFailed(replies, 10);
    expect(d1.roundTrips).toBe(FIRST_COMMIT + 2);
    expect(sequencesOf(await eventsOf(tenant))).toEqual(oneTo(GROUP + 1));
  });

  it("is the only one to fail when the computation of its needs throws", async () => {
    const tenant = newTenant();
    const spoil = (submission: IngestSubmission): IngestSubmission => ({
      ...submission,
      command: { ...submission.command, change: null as never },
    });
    const { replies } = await settleTogether(tenant, await clientsWith(3, spoil));
    expectOnlyPoisonFailed(replies, 3);
    expect(sequencesOf(await eventsOf(tenant))).toEqual(oneTo(GROUP));
  });

  it("answers 503 for the rest of a group when D1 becomes unavailable while the group is split", async () => {
    const tenant = newTenant();
    let refusals = 0;
    const { replies, d1 } = await settleTogether(tenant, await clientsWith(1, (one) => one), (database) =>
      database.meet(
        (call) => isCommit(call) && mentions("C-g2")(call),
        async () => {
          refusals += 1;
          throw new Error(refusals === 1 ? REFUSED : "D1_ERROR: Network connection lost.");
        },
      ),
    );
    expect(replies.map((reply) => reply.kind === "rejected" && reply.problem.code)).toEqual(
      replies.map(() => "unavailable"),
    );
    expect(d1.calls.filter(isCommit)).toHaveLength(FIRST_COMMIT + 4);
    expect(sequencesOf(await eventsOf(tenant))).toEqual([1]);
  });

  it.each([
    "D1_ERROR: no such index: payments_by_disbursement: SQLITE_ERROR",
    "D1_ERROR: malformed JSON: SQLITE_ERROR",
    "D1_ERROR: D1 DB exceeded its memory limit and was reset.",
  ])("is the only one to fail when D1 always answers it with %s", async (message) => {
    const tenant = newTenant();
    const { replies, d1 } = await settleTogether(tenant, await clientsWith(7, (one) => one), (database) =>
      database.meet((call) => isCommit(call) && mentions("C-POISON")(call), failBefore(message)),
    );
    expect(replies.map(({ kind }) => kind)).toEqual(
      replies.map((_, index) => (index === 6 ? "rejected" : "accepted")),
    );
    expect(sequencesOf(await eventsOf(tenant))).toEqual(oneTo(GROUP));
    expect(d1.roundTrips).toBeLessThanOrEqual(FIRST_COMMIT + 2 * (3 + 2 * Math.ceil(Math.log2(GROUP))));
  });

  it("takes a bounded number of round trips when D1 answers every commit with an unknown error", async () => {
    const tenant = newTenant();
    const { replies, d1 } = await settleTogether(tenant, await clientsWith(0, (one) => one), (database) =>
      database.meet(
        (call) => isCommit(call) && !mentions("C-1")(call),
        failBefore("D1_ERROR: something new"),
      ),
    );
    expect(replies.every((reply) => reply.kind === "rejected" && reply.problem.code === "unavailable")).toBe(
      true,
    );
    expect(d1.roundTrips).toBeLessThan(100);
  });

  it("does not delay the answers of the parts that D1 has already stored", async () => {
    const tenant = newTenant();
    const gate = gateOf(tenant);
    const d1 = await wrapDatabase(gate);
    const [first, poisoned] = [new HeldCalls(), new HeldCalls()];
    const isPoisoned = (call: Call) => isCommit(call) && mentions("C-POISON")(call);
    d1.meet(isLoad, first.fault, 1)
      .meet(isPoisoned, failBefore(REFUSED), WHOLE_COMMITS)
      .meet(isPoisoned, () => poisoned.fault(() => Promise.reject(new Error(REFUSED))), 1)
      .meet(isPoisoned, failBefore(REFUSED));
    const busy = gate.submit(tenant, await submissionOf("client", individual));
    await first.reached();
    const group = await clientsWith(GROUP, (one) => one);
    const sent = group.map((submission): Promise<SubmitReply> => gate.submit(tenant, submission));
    await arrivals(gate);
    first.release();
    await busy;
    const half = await Promise.all(sent.slice(0, GROUP / 2));
    expect(half.map(({ kind }) => kind)).toEqual(half.map(() => "accepted"));
    await poisoned.reached();
    poisoned.release();
    expect((await Promise.all(sent)).filter(({ kind }) => kind === "accepted")).toHaveLength(GROUP - 1);
  });

  it("leaves its trace ids in the log", async () => {
    const lines: Record<string, unknown>[] = [];
    const tenant = newTenant();
    const d1 = new FaultyD1(env.DB).meet(isCommit, failBefore(REFUSED));
    const context = {
      ...writerContext(tenant, d1.binding),
      log: (line: Record<string, unknown>) => lines.push(line),
    };
    const [one, two] = [await submissionOf("client", individual), await submissionOf("payment", payment)];
    await settleWhole(context, [one, { ...two, trace_id: "b".repeat(32) }]);
    expect(lines[0]).toMatchObject({ message: "group failed", failure: "refused", commands: 2 });
    expect(lines[0]?.trace_ids).toEqual([one.trace_id, "b".repeat(32)]);
  });
});
