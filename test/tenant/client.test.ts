import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { keyHash } from "../../src/domain/log/hash.ts";
import { submit } from "../../src/tenant/client.ts";
import type { Submission, SubmitReply } from "../../src/tenant/submission.ts";
import { newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { eventsOf, oneTo, submissionOf } from "../support/gate.ts";
import { until } from "../support/until.ts";

type Reply = SubmitReply | readonly SubmitReply[];
type Call = (send: () => Promise<Reply>) => Promise<Reply>;

/** The real gate behind a line that does to each call in turn what `calls` say, and lets the rest through. */
function withFaultyLine(...calls: readonly Call[]) {
  const sent = { calls: 0, stubs: 0, shared: [] as number[] };
  const carry = (send: () => Promise<Reply>): Promise<Reply> => {
    const call = calls[sent.calls];
    sent.calls += 1;
    return call ? call(send) : send();
  };
  const getByName = (name: string) => {
    sent.stubs += 1;
    const gate = env.TENANT_GATE.getByName(name);
    return {
      submit: (...args: Parameters<typeof gate.submit>) =>
        carry((): Promise<SubmitReply> => gate.submit(...args)),
      submitEach: (...args: Parameters<typeof gate.submitEach>) => {
        sent.shared.push(args[1].length);
        return carry((): Promise<readonly SubmitReply[]> => gate.submitEach(...args));
      },
    };
  };
  const TENANT_GATE = { getByName } as unknown as Cloudflare.Env["TENANT_GATE"];
  return { env: { ...env, TENANT_GATE }, sent };
}

const send = (line: { readonly env: Cloudflare.Env }, tenant: string, submission: Submission) => {
  const caller = { tenant, jurisdiction: null, trace_id: submission.trace_id };
  return submit(line.env, caller, submission, () => {});
};

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const broken = (marks: object) => Object.assign(new Error("broken.exceptionThrown"), marks);
const lost: Call = () => Promise.reject(broken({ retryable: true }));
const landed: Call = async (send) => {
  await send();
  throw broken({ retryable: true });
};

describe("a call to the gate that fails", () => {
  it("is retried on a new stub when the platform allows it, and stores one event", async () => {
    const tenant = newTenant();
    const line = withFaultyLine(lost, landed);
    const reply = await send(line, tenant, await submissionOf("client", individual));
    expect(reply).toMatchObject({ kind: "accepted", answer: { sequence: 1 } });
    expect(line.sent).toMatchObject({ calls: 3, stubs: 3 });
    expect(await eventsOf(tenant)).toHaveLength(1);
  });

  it("ends as unavailable after three tries", async () => {
    const line = withFaultyLine(lost, lost, lost);
    const reply = await send(line, newTenant(), await submissionOf("client", individual));
    expect(reply).toMatchObject({ kind: "rejected", problem: { code: "unavailable" } });
    expect(line.sent.calls).toBe(3);
  });

  it("is not retried when the platform does not allow it", async () => {
    const line = withFaultyLine(() => Promise.reject(broken({})));
    const reply = await send(line, newTenant(), await submissionOf("client", individual));
    expect(reply).toMatchObject({ kind: "rejected", problem: { code: "unavailable" } });
    expect(line.sent.calls).toBe(1);
  });

  it("is never retried when the object is overloaded", async () => {
    const line = withFaultyLine(() => Promise.reject(broken({ overloaded: true, retryable: true })));
    const reply = await send(line, newTenant(), await submissionOf("client", individual));
    expect(reply).toMatchObject({ kind: "rejected", problem: { code: "overloaded" } });
    expect(line.sent.calls).toBe(1);
  });

  it("returns the gate's own refusal unchanged", async () => {
    const line = withFaultyLine();
    const missing = await submissionOf("client", { step: "delete", client_id: "C-none" });
    const reply = await send(line, newTenant(), missing);
    expect(reply).toMatchObject({ kind: "rejected", problem: { code: "not_found" } });
    expect(line.sent.calls).toBe(1);
  });
});

describe("a gate that hangs", () => {
  it("delays the caller only to a deadline, and the answer says that the event may be stored", async () => {
    const line = withFaultyLine(() => new Promise(() => {}));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const reply = send(line, newTenant(), await submissionOf("client", individual));
    await until(() => line.sent.calls === 1);
    vi.advanceTimersByTime(25_000);
    expect(await reply).toMatchObject({ kind: "rejected", problem: { code: "unavailable" } });
  });
});

describe("writes of one tenant that come together", () => {
  /** Hands over writes while the clock stands: on a busy machine it may run on between two of them. */
  function atOnce<T>(handOver: () => T): T {
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now());
    const replies = handOver();
    clock.mockRestore();
    return replies;
  }

  /** Writes that are handed over in the same moment. */
  async function together(line: ReturnType<typeof withFaultyLine>, tenant: string, ids: readonly string[]) {
    const clients = ids.map((client_id) => submissionOf("client", { ...individual, client_id }));
    const submissions = await Promise.all(clients);
    return Promise.all(atOnce(() => submissions.map((submission) => send(line, tenant, submission))));
  }
  const idsOf = (replies: readonly SubmitReply[]) =>
    replies.map((reply) => (reply.kind === "accepted" ? reply.answer.record_id : reply));

  it("share a call behind the first, and each gets its own reply", async () => {
    const tenant = newTenant();
    const line = withFaultyLine();
    const ids = oneTo(20).map((number) => `C-${number}`);
    expect(idsOf(await together(line, tenant, ids))).toEqual(ids);
    expect(line.sent).toMatchObject({ calls: 2, shared: [19] });
    expect(await eventsOf(tenant)).toHaveLength(20);
  });

  it("share it with no write of another tenant", async () => {
    const line = withFaultyLine();
    const tenants = [newTenant(), newTenant()];
    const replies = await Promise.all(tenants.map((tenant) => together(line, tenant, ["C-1", "C-2", "C-3"])));
    expect(replies.map(idsOf)).toEqual([
      ["C-1", "C-2", "C-3"],
      ["C-1", "C-2", "C-3"],
    ]);
    expect(line.sent).toMatchObject({ calls: 4, shared: [2, 2] });
    for (const tenant of tenants) expect(await eventsOf(tenant)).toHaveLength(3);
  });

  it("make calls of a hundred at most", async () => {
    const line = withFaultyLine();
    const ids = oneTo(203).map((number) => `C-${number}`);
    expect(idsOf(await together(line, newTenant(), ids))).toEqual(ids);
    expect(line.sent.shared).toEqual([100, 100, 2]);
  });

  it("make calls of a million characters at most", async () => {
    const line = withFaultyLine();
    const model = await submissionOf("client", { step: "delete", client_id: "C-none" });
    const tenant = newTenant();
    const keyed = oneTo(4).map((n) => ({
      ...model,
      key: keyHash(tenant, `large-${n}`),
      data: "x".repeat(400_000),
    }));
    await Promise.all(atOnce(() => keyed.map((submission) => send(line, tenant, submission))));
    expect(line.sent.shared).toEqual([2, 1]);
  });

  it("are sent again together, and stored once", async () => {
    const tenant = newTenant();
    const line = withFaultyLine((send) => send(), lost, landed);
    expect(idsOf(await together(line, tenant, ["C-1", "C-2", "C-3"]))).toEqual(["C-1", "C-2", "C-3"]);
    expect(line.sent.shared).toEqual([2, 2, 2]);
    expect(await eventsOf(tenant)).toHaveLength(3);
  });

  it("are each told when the gate does not answer", async () => {
    const line = withFaultyLine(
      (send) => send(),
      () => Promise.reject(broken({})),
    );
    const [first, ...others] = await together(line, newTenant(), ["C-1", "C-2", "C-3"]);
    expect(first).toMatchObject({ kind: "accepted" });
    const unavailable = { kind: "rejected", problem: { code: "unavailable" } };
    expect(others).toMatchObject([unavailable, unavailable]);
  });

  it("do not share it with a command that has a group of its own", async () => {
    const tenant = newTenant();
    const line = withFaultyLine();
    const command = { type: "erase", client_id: "C-none" } as never;
    const erasure = { ...(await submissionOf("client", individual)), command };
    const client = await submissionOf("client", individual);
    await Promise.allSettled(atOnce(() => [send(line, tenant, client), send(line, tenant, erasure)]));
    expect(line.sent).toMatchObject({ calls: 2, shared: [] });
  });

  it("are joined by no write that comes too late, so that one whose maker has ended keeps nobody waiting", async () => {
    const line = withFaultyLine();
    const tenant = newTenant();
    const [first, second, third] = await Promise.all(
      ["C-1", "C-2", "C-3"].map((client_id) => submissionOf("client", { ...individual, client_id })),
    );
    if (!first || !second || !third) throw new Error("three were made");
    vi.spyOn(scheduler, "wait").mockReturnValueOnce(new Promise(() => {}));
    const clock = vi.spyOn(Date, "now").mockReturnValue(1_000);
    const alone = send(line, tenant, first);
    void send(line, tenant, second);
    clock.mockRestore();
    await alone;
    const replies = await Promise.all(atOnce(() => [send(line, tenant, third), send(line, tenant, third)]));
    expect(replies.map(({ kind }) => kind)).toEqual(["accepted", "accepted"]);
    expect(line.sent.shared).toEqual([1]);
  });
});
