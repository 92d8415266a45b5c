import { describe, expect, it } from "vitest";
import {
  GROUP_BYTES_MAX,
  GROUP_COMMANDS_MAX,
  type Submission,
  type SubmitReply,
} from "../../src/tenant/submission.ts";
import { newTenant } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { type Call, HeldCalls, isCommit, isLoad, wrapDatabase } from "../support/faulty-d1.ts";
import { arrivals, eventsOf, gateOf, oneTo, sequencesOf, submissionOf } from "../support/gate.ts";

/** D1: 2 MB a bound parameter. */
const PARAMETER_BYTES_MAX = 2_000_000;

/** Lets `submissions` wait behind one event in flight; answers with what became of them and of each D1 call after. */
async function settleBehind(tenant: string, submissions: readonly Submission[]) {
  const gate = gateOf(tenant);
  const d1 = await wrapDatabase(gate);
  const hold = new HeldCalls();
  d1.meet(() => true, hold.fault, 1);
  const first = gate.submit(tenant, await submissionOf("client", { ...individual, client_id: "C-first" }));
  await hold.reached();
  const sent = submissions.map((submission): Promise<SubmitReply> => gate.submit(tenant, submission));
  await arrivals(gate);
  const wasLoad = d1.calls.every(isLoad);
  d1.resetCounts();
  hold.release();
  await first;
  const replies = await Promise.all(sent);
  // The commit of the first event comes after its load, if it needed one.
  const calls = d1.calls.slice(wasLoad ? 1 : 0);
  return { replies, calls };
}

const insertsEvents = ({ sql }: Call["statements"][number]) => /^insert into "events"/i.test(sql);

/** The event rows of a commit: they travel as one JSON array, behind the values of the fence. */
function eventRows(call: Call): readonly (readonly unknown[])[] {
  return call.statements.filter(insertsEvents).flatMap(({ params }) => JSON.parse(String(params.at(-1))));
}

describe("a group", () => {
  it("costs one round trip for any number of events if it needs no load", async () => {
    const tenant = newTenant();
    const clients = oneTo(60).map((number) => ({ ...individual, client_id: `C-${number}` }));
    const group = await Promise.all(clients.map((client) => submissionOf("client", client)));
    const { replies, calls } = await settleBehind(tenant, group);
    expect(replies.every(({ kind }) => kind === "accepted")).toBe(true);
    expect(calls.map((call) => (isCommit(call) ? "commit" : "load"))).toEqual(["commit"]);
    expect(sequencesOf(await eventsOf(tenant))).toEqual(oneTo(61));
  });

  it("needs no commit when all of it is refused", async () => {
    const tenant = newTenant();
    const group = await Promise.all(oneTo(5).map(() => submissionOf("payment", payment)));
    const { replies, calls } = await settleBehind(tenant, group);
    expect(replies.every(({ kind }) => kind === "rejected")).toBe(true);
    expect(calls).toHaveLength(1);
  });

  it("decides each event on the state after the ones before it", async () => {
    const tenant = newTenant();
    const group = await Promise.all([
      submissionOf("payment", { ...payment, payment_id: "PAY-0" }),
      submissionOf("client", individual),
      submissionOf("client", individual),
      submissionOf("disbursement", loan),
      submissionOf("payment", payment),
      submissionOf("payment", { step: "update", payment_id: "PAY-1", status: "paid" }),
      submissionOf("disbursement", { step: "delete", disbursement_id: "L-1" }),
      submissionOf("payment", { ...payment, payment_id: "PAY-2" }),
    ]);
    const { replies, calls } = await settleBehind(tenant, group);
    const outcome = (reply: SubmitReply) =>
      reply.kind === "accepted" ? reply.answer.sequence : reply.kind === "rejected" && reply.problem.code;
    expect(replies.map(outcome)).toEqual([
      "validation_error",
      2,
      "already_exists",
      3,
      4,
      5,
      6,
      "validation_error",
    ]);
    expect(calls).toHaveLength(2);
  });

  it("has a maximum number of events", async () => {
    const tenant = newTenant();
    const clients = oneTo(2 * GROUP_COMMANDS_MAX + 7).map((number) => ({
      ...individual,
      client_id: `C-${number}`,
    }));
    const group = await Promise.all(clients.map((client) => submissionOf("client", client)));
    const { calls } = await settleBehind(tenant, group);
    const sizes = calls.filter(isCommit).map((call) => eventRows(call).length);
    expect(sizes).toEqual([GROUP_COMMANDS_MAX, GROUP_COMMANDS_MAX, 7]);
  });

  it("has a maximum number of bytes", async () => {
    const tenant = newTenant();
    const info = { note: "x".repeat(16_000) };
    const clients = oneTo(90).map((number) => ({ ...individual, client_id: `C-${number}`, info }));
    const group = await Promise.all(clients.map((client) => submissionOf("client", client)));
    const bytesOf = (one: Submission) => new TextEncoder().encode(one.data).length;
    const total = group.reduce((sum, one) => sum + bytesOf(one), 0);
    const { replies, calls } = await settleBehind(tenant, group);
    expect(replies.every(({ kind }) => kind === "accepted")).toBe(true);
    const bytes = new Map(group.map((one) => [one.key, bytesOf(one)]));
    const carried = calls
      .filter(isCommit)
      .map((call) => eventRows(call).reduce((sum, row) => sum + (bytes.get(String(row[7])) ?? 0), 0));
    expect(carried.length).toBeGreaterThanOrEqual(Math.ceil(total / GROUP_BYTES_MAX));
    for (const sum of carried) expect(sum).toBeLessThanOrEqual(GROUP_BYTES_MAX);
    expect(carried.reduce((sum, one) => sum + one, 0)).toBe(total);
  });

  it("commits when its text has many bytes per character and many escapes", async () => {
    const tenant = newTenant();
    const info = { note: "\\\u20ac".repeat(3_000), quotes: '"'.repeat(500) };
    const clients = oneTo(100).map((number) => ({ ...individual, client_id: `C-${number}`, info }));
    const group = await Promise.all(clients.map((client) => submissionOf("client", client)));
    const { replies } = await settleBehind(tenant, group);
    expect(replies.filter(({ kind }) => kind === "accepted")).toHaveLength(100);
    expect(sequencesOf(await eventsOf(tenant))).toEqual(oneTo(101));
  });

  it("sends no parameter beyond D1's size limit, although its rows are larger than its events", async () => {
    const tenant = newTenant();
    const gate = gateOf(tenant);
    const info = { note: "\u{1F4B6}".repeat(4_000) };
    const clients = await Promise.all(
      oneTo(GROUP_COMMANDS_MAX).map((n) =>
        submissionOf("client", { ...individual, client_id: `C-${n}`, info }),
      ),
    );
    for (const client of clients) expect((await gate.submit(tenant, client)).kind).toBe("accepted");
    const changes = oneTo(GROUP_COMMANDS_MAX).map((n) =>
      submissionOf("client", { step: "update", client_id: `C-${n}`, name: "Jane" }),
    );
    const { replies, calls } = await settleBehind(tenant, await Promise.all(changes));
    expect(replies.every(({ kind }) => kind === "accepted")).toBe(true);
    const parameters = calls
      .filter(isCommit)
      .flatMap(({ statements }) => statements.flatMap(({ params }) => params));
    const sizes = parameters.map((value) => new TextEncoder().encode(String(value)).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(PARAMETER_BYTES_MAX / 2);
    expect(Math.max(...sizes)).toBeLessThan(PARAMETER_BYTES_MAX);
  });
});
