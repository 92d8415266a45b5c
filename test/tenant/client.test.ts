import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { submit } from "../../src/tenant/client.ts";
import type { SubmitReply } from "../../src/tenant/submission.ts";
import { newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { eventsOf, submissionOf } from "../support/gate.ts";
import { until } from "../support/until.ts";

type Call = (send: () => Promise<SubmitReply>) => Promise<SubmitReply>;

/** The real gate behind a line that does to each call in turn what `calls` say, and lets the rest through. */
function withFaultyLine(...calls: readonly Call[]) {
  const sent = { calls: 0, stubs: 0 };
  const getByName = (name: string) => {
    sent.stubs += 1;
    const gate = env.TENANT_GATE.getByName(name);
    return {
      submit: (...args: Parameters<typeof gate.submit>) => {
        const call = calls[sent.calls];
        sent.calls += 1;
        const send = (): Promise<SubmitReply> => gate.submit(...args);
        return call ? call(send) : send();
      },
    };
  };
  const TENANT_GATE = { getByName } as unknown as Cloudflare.Env["TENANT_GATE"];
  return { env: { ...env, TENANT_GATE }, sent };
}

afterEach(() => {
  vi.useRealTimers();
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
    const reply = await submit(line.env, tenant, await submissionOf("client", individual));
    expect(reply).toMatchObject({ kind: "accepted", answer: { sequence: 1 } });
    expect(line.sent).toEqual({ calls: 3, stubs: 3 });
    expect(await eventsOf(tenant)).toHaveLength(1);
  });

  it("ends as unavailable after three tries", async () => {
    const line = withFaultyLine(lost, lost, lost);
    const reply = await submit(line.env, newTenant(), await submissionOf("client", individual));
    expect(reply).toMatchObject({ kind: "rejected", problem: { code: "unavailable" } });
    expect(line.sent.calls).toBe(3);
  });

  it("is not retried when the platform does not allow it", async () => {
    const line = withFaultyLine(() => Promise.reject(broken({})));
    const reply = await submit(line.env, newTenant(), await submissionOf("client", individual));
    expect(reply).toMatchObject({ kind: "rejected", problem: { code: "unavailable" } });
    expect(line.sent.calls).toBe(1);
  });

  it("is never retried when the object is overloaded", async () => {
    const line = withFaultyLine(() => Promise.reject(broken({ overloaded: true, retryable: true })));
    const reply = await submit(line.env, newTenant(), await submissionOf("client", individual));
    expect(reply).toMatchObject({ kind: "rejected", problem: { code: "overloaded" } });
    expect(line.sent.calls).toBe(1);
  });

  it("returns the gate's own refusal unchanged", async () => {
    const line = withFaultyLine();
    const missing = await submissionOf("client", { step: "delete", client_id: "C-none" });
    const reply = await submit(line.env, newTenant(), missing);
    expect(reply).toMatchObject({ kind: "rejected", problem: { code: "not_found" } });
    expect(line.sent.calls).toBe(1);
  });
});

describe("a gate that hangs", () => {
  it("delays the caller only to a deadline, and the answer says that the event may be stored", async () => {
    const line = withFaultyLine(() => new Promise(() => {}));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const reply = submit(line.env, newTenant(), await submissionOf("client", individual));
    await until(() => line.sent.calls === 1);
    vi.advanceTimersByTime(25_000);
    expect(await reply).toMatchObject({ kind: "rejected", problem: { code: "unavailable" } });
  });
});
