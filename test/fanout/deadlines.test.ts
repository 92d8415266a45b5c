import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { app } from "../../src/app.ts";
import { Api } from "../support/api.ts";
import { FaultyD1, isCommit, isLoad } from "../support/faulty-d1.ts";
import { deliver, insertEvents, messageFor, runSweep } from "./queue.ts";

const hangs = () => new Promise<never>(() => {});

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Lets the fake clock run until the work is done; tells how many milliseconds of it that took. */
async function timed<T>(work: Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  let done = false;
  const end = work.finally(() => {
    done = true;
  });
  let ms = 0;
  while (!done) {
    await vi.advanceTimersByTimeAsync(1_000);
    await scheduler.wait(1);
    ms += 1_000;
    if (ms > 600_000) throw new Error("never ends");
  }
  return { value: await end, ms };
}

describe("a database that hangs delays for at most ten seconds", () => {
  it.each([
    ["read", isLoad],
    ["write", isCommit],
  ])("the consumer's %s, which asks for a retry", async (_what, applies) => {
    const tenant = `t-${crypto.randomUUID()}`;
    await insertEvents(tenant, 1, 1);
    const environment = { ...env, DB: new FaultyD1(env.DB).meet(applies, hangs).binding };
    const { value, ms } = await timed(deliver([messageFor(tenant)], { environment }));
    expect(value).toEqual(["retried"]);
    expect(ms).toBeLessThanOrEqual(12_000);
  });

  it("each of the sweep's steps, and the sweep ends before the next one starts", async () => {
    const { ms } = await timed(
      runSweep({ ...env, DB: new FaultyD1(env.DB).meet(() => true, hangs).binding }),
    );
    expect(ms).toBeLessThan(60_000);
  });

  it.each([
    "/api/tables/clients",
    "/v1/accounts/1100/balance?currency=USD",
    "/v1/journal-entries?format=hledger",
  ])("a read of %s, which answers 503", async (path) => {
    const headers = await new Api().headers();
    const environment = { ...env, DB: new FaultyD1(env.DB).meet(() => true, hangs).binding };
    const answer = app.request(path, { headers }, environment, createExecutionContext());
    const { value, ms } = await timed(Promise.resolve(answer));
    expect([value.status, await value.json()]).toMatchObject([503, { code: "unavailable" }]);
    expect(ms).toBeLessThanOrEqual(12_000);
  });
});
