import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CALL_VERSION } from "../../src/tenant/submission.ts";
import { Api, newKey } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { failAfter, failBefore, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { eventsOf, gateOf, keysSaved, loseKeys } from "../support/gate.ts";
import { tamper } from "../support/tamper.ts";
import { until } from "../support/until.ts";

describe("a gate whose own storage refuses a write", () => {
  it("acknowledges what D1 has stored, and finds it there on replay", async () => {
    const api = new Api();
    const gate = gateOf(api.tenant);
    await api.accept("client", individual);
    await runInDurableObject(gate, (_, { storage }) => {
      const full = "BEFORE INSERT ON key_blocks BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
      storage.sql.exec(`CREATE TRIGGER full ${full}`);
    });
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const key = newKey();
    expect((await api.ingest("disbursement", loan, key)).status).toBe(201);
    await until(() => log.mock.calls.some(([line]) => String(line).includes("keys not saved")));
    log.mockRestore();
    await loseKeys(gate);
    expect((await api.ingest("disbursement", loan, key)).status).toBe(200);
    expect(await eventsOf(api.tenant)).toHaveLength(2);
  });
});

describe("a commit", () => {
  it("writes the events first: their sequence fences all later statements", async () => {
    const api = new Api();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    await api.accept("client", individual);
    const [commit] = d1.calls.filter(isCommit);
    const [first] = commit?.statements ?? [];
    // It voids the batch where the log ends otherwise: then its rows have no tenant.
    expect(first?.sql).toMatch(/^insert into "events" .* CASE WHEN .* FROM events .* END/is);
  });

  it("reads from the primary and never from a replica", async () => {
    const api = new Api();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    await api.accept("client", individual);
    expect(new Set(d1.sessions)).toEqual(new Set(["first-primary"]));
  });

  it("has its history derived without the sweep, although its answer was lost", async () => {
    const api = new Api();
    await api.accept("client", individual);
    (await wrapDatabase(gateOf(api.tenant))).meet(isCommit, failAfter(), 1);
    await api.accept("disbursement", loan);
    const made = async () => (await api.get("/api/tables/disbursement_status")).body.data.length === 1;
    await until(made);
  });
});

describe("after D1 was restored to an earlier time", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A tenant with two events, of which D1 has lost the second. */
  async function putBack() {
    const api = new Api();
    const keys = [newKey(), newKey()] as const;
    const second = { ...individual, client_id: "C-2" };
    await api.ingest("client", individual, keys[0]);
    await api.ingest("client", second, keys[1]);
    const undo = [
      "DELETE FROM events WHERE tenant_id = ? AND sequence = 2",
      "DELETE FROM clients WHERE tenant_id = ? AND created_seq = 2",
    ];
    await keysSaved(gateOf(api.tenant), 2);
    await tamper(...undo.map((statement) => env.DB.prepare(statement).bind(api.tenant)));
    return { api, keys, second };
  }

  it("a gate names what is lost before its next event, and accepts the lost events again", async () => {
    const { api, keys, second } = await putBack();
    expect((await api.ingest("client", { ...individual, client_id: "C-3" })).body.sequence).toBe(1_002);
    const again = await api.ingest("client", second, keys[1]);
    expect([again.status, again.body.sequence]).toEqual([201, 1_003]);
    expect((await api.ingest("client", individual, keys[0])).status).toBe(200);
    const [first, restored, ...others] = await eventsOf(api.tenant);
    expect([first, ...others].map((event) => event?.record_id)).toEqual(["C-1", "C-3", "C-2"]);
    expect(restored).toMatchObject({ sequence: 1_001, record_id: restored?.event_id });
  });

  it("a gate that has not asked D1 for long asks it before it answers a duplicate", async () => {
    const { api, keys, second } = await putBack();
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 120_000);
    const again = await api.ingest("client", second, keys[1]);
    expect([again.status, again.body.sequence]).toEqual([201, 1_002]);
  });

  it("a gate does not answer a reader from the head that D1 has lost", async () => {
    const { api, keys } = await putBack();
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 120_000);
    expect((await api.ingest("client", individual, keys[0])).status).toBe(200);
    vi.useRealTimers();
    const wait = { version: CALL_VERSION, id: "w-1", for: "event", sequence: 1_001, ms: 300 } as const;
    expect(await gateOf(api.tenant).wait(api.tenant, wait)).toMatchObject({ happened: false });
  });

  it("a gate that cannot reach D1 answers from its own memory", async () => {
    const { api, keys } = await putBack();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    d1.meet(() => true, failBefore());
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 120_000);
    expect((await api.ingest("client", individual, keys[0])).status).toBe(200);
    expect(d1.roundTrips).toBe(1);
  });

  it("a gate that has also lost its keys knows what D1 knows", async () => {
    const { api, keys, second } = await putBack();
    await loseKeys(gateOf(api.tenant));
    expect((await api.ingest("client", second, keys[1])).body.sequence).toBe(1_002);
  });
});
