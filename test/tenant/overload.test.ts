import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keyHash } from "../../src/domain/log/hash.ts";
import { type SubmitReply, WAITING_BYTES_MAX, WAITING_COMMANDS_MAX } from "../../src/tenant/submission.ts";
import { Api, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { HeldCalls, isLoad, wrapDatabase } from "../support/faulty-d1.ts";
import {
  arrivals,
  eventsOf,
  gateOf,
  type IngestSubmission,
  oneTo,
  sequencesOf,
  submissionOf,
} from "../support/gate.ts";

/** A gate whose D1 does not answer, with one event in flight and `waiting` behind it. */
async function fullGate(
  waiting: (model: IngestSubmission, index: number) => IngestSubmission,
  count: number,
  api = new Api(),
) {
  const gate = gateOf(api.tenant);
  const d1 = await wrapDatabase(gate);
  const hold = new HeldCalls();
  d1.meet(isLoad, hold.fault, 1);
  const model = await submissionOf("client", individual);
  const first = gate.submit(api.tenant, model);
  await hold.reached();
  const replies = oneTo(count).map((number) => gate.submit(api.tenant, waiting(model, number)));
  await arrivals(gate);
  return { api, hold, d1, replies: [first, ...replies] };
}

const another = (model: IngestSubmission, number: number): IngestSubmission => ({
  ...model,
  key: keyHash("", `${model.key}-${number}`),
  command: {
    ...model.command,
    id: `C-${number}-w`,
    change: { ...model.command.change, client_id: `C-${number}-w` },
  },
});

// On a busy machine thousands of commands take longer than a caller waits, and those would be answered and not run.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

describe("a gate that is full", () => {
  it("answers overloaded at once, uses no key, and loses no accepted command", async () => {
    const { api, hold, d1, replies } = await fullGate(another, WAITING_COMMANDS_MAX);
    const late = { ...individual, client_id: "C-late" };
    const refused = await api.ingest("client", late, "key-that-came-late");
    expect([refused.status, refused.body.code]).toEqual([503, "overloaded"]);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(d1.roundTrips).toBe(1);
    hold.release();
    const settled = await Promise.all(replies);
    expect(settled.filter(({ kind }) => kind === "accepted")).toHaveLength(WAITING_COMMANDS_MAX + 1);
    expect((await api.ingest("client", late, "key-that-came-late")).status).toBe(201);
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual(oneTo(WAITING_COMMANDS_MAX + 2));
  });

  it("still answers a replay", async () => {
    const api = new Api();
    await api.ingest("client", individual, "key-of-the-first");
    const gate = gateOf(api.tenant);
    const hold = new HeldCalls();
    (await wrapDatabase(gate)).meet(isLoad, hold.fault, 1);
    const model = await submissionOf("client", { step: "delete", client_id: "C-none" });
    const replies = oneTo(WAITING_COMMANDS_MAX + 1).map((number) =>
      gate.submit(api.tenant, { ...model, key: `${model.key}-${number}` }),
    );
    await arrivals(gate);
    expect((await api.ingest("client", individual)).body.code).toBe("overloaded");
    expect((await api.ingest("client", individual, "key-of-the-first")).status).toBe(200);
    hold.release();
    await Promise.all(replies);
  });

  it("counts bytes as well as events", async () => {
    const bytes = 1_000_000;
    const missing = await submissionOf("client", { step: "delete", client_id: "C-none" });
    const data = "x".repeat(bytes);
    const heavy = (model: IngestSubmission, number: number): IngestSubmission => ({
      ...missing,
      data,
      key: keyHash("", `${model.key}-${number}`),
    });
    const fitting = WAITING_BYTES_MAX / bytes;
    const { api, hold, replies } = await fullGate(heavy, fitting + 5);
    // Answered while the first event still hangs.
    expect(await replies.at(-1)).toMatchObject({ kind: "rejected", problem: { code: "overloaded" } });
    hold.release();
    const codes = (await Promise.all(replies)).map(
      (reply) => reply.kind === "rejected" && reply.problem.code,
    );
    const taken = codes.filter((code) => code === "not_found").length;
    expect(taken).toBeGreaterThan(fitting / 2);
    expect(taken).toBeLessThanOrEqual(fitting);
    expect(codes.filter((code) => code === "overloaded")).toHaveLength(fitting + 5 - taken);
    expect((await api.ingest("client", { ...individual, client_id: "C-2" })).status).toBe(201);
  });

  it("counts the callers who wait for another's key, and frees their places", async () => {
    const same = (model: IngestSubmission): IngestSubmission => model;
    const { api, hold, replies } = await fullGate(same, WAITING_COMMANDS_MAX + 500);
    // Answered while the first event still hangs.
    expect(await replies.at(-1)).toMatchObject({ kind: "rejected", problem: { code: "overloaded" } });
    hold.release();
    const settled = await Promise.all(replies);
    expect(settled.filter(({ kind }) => kind === "rejected")).toHaveLength(500);
    expect(await eventsOf(api.tenant)).toHaveLength(1);
    for (const number of oneTo(2)) {
      const again = await fullGate(another, WAITING_COMMANDS_MAX, api);
      again.hold.release();
      const codes = (await Promise.all(again.replies)).map(
        (reply) => reply.kind === "rejected" && reply.problem.code,
      );
      expect(codes, `round ${number}`).not.toContain("overloaded");
    }
  });

  it("frees the bytes of settled commands", async () => {
    const tenant = newTenant();
    const data = JSON.stringify({ text: "x".repeat(WAITING_BYTES_MAX / 20) });
    for (const number of oneTo(25)) {
      const one = await submissionOf("client", { ...individual, client_id: `C-${number}` });
      const reply: SubmitReply = await gateOf(tenant).submit(tenant, { ...one, data });
      expect(reply.kind, `event ${number}`).toBe("accepted");
    }
  });
});
