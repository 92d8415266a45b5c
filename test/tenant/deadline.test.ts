import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { FaultyD1, failBefore, HeldCalls, isLoad, wrapDatabase } from "../support/faulty-d1.ts";
import { arrivals, eventsOf, gateOf, settleWhole, submissionOf, writerContext } from "../support/gate.ts";

const client = (id: string) => submissionOf("client", { ...individual, client_id: id });

describe("a command whose caller waits no longer", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

  it("is answered and not run when its turn comes, and one whose caller waits is run", async () => {
    const tenant = newTenant();
    const gate = gateOf(tenant);
    const hold = new HeldCalls();
    (await wrapDatabase(gate)).meet(isLoad, hold.fault, 1);
    const first = gate.submit(tenant, await client("C-first"));
    await hold.reached();
    const late = await client("C-late");
    const waiting = gate.submit(tenant, late);
    await arrivals(gate);
    pass(25_000);
    const fresh = gate.submit(tenant, await client("C-fresh"));
    await arrivals(gate);
    hold.release();
    expect(await first).toMatchObject({ kind: "accepted" });
    expect(await waiting).toMatchObject({ kind: "rejected", problem: { code: "unavailable" } });
    expect(await fresh).toMatchObject({ kind: "accepted" });
    expect((await eventsOf(tenant)).map(({ record_id }) => record_id)).toEqual(["C-first", "C-fresh"]);
    // Its key is free for the retry.
    expect(await gate.submit(tenant, late)).toMatchObject({ kind: "accepted", replayed: false });
  });
});

describe("a part that fails after its callers have gone", () => {
  it("is not tried again", async () => {
    const tenant = newTenant();
    const d1 = new FaultyD1(env.DB).meet(isLoad, failBefore(), 1);
    const isLate = () => d1.roundTrips > 0;
    const submission = await client("C-1");
    const [settled] = await settleWhole({ ...writerContext(tenant, d1.binding), isLate }, [submission]);
    expect(settled?.verdicts.get(submission.key)).toMatchObject({ problem: { code: "unavailable" } });
    expect([d1.roundTrips, await eventsOf(tenant)]).toEqual([1, []]);
  });
});
