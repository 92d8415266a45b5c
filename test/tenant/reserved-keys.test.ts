import { describe, expect, it } from "vitest";
import { keyHash } from "../../src/domain/log/hash.ts";
import { CALL_VERSION, type KeyReservation } from "../../src/tenant/submission.ts";
import { Api, newKey } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { failBefore, HeldCalls, isLoad, wrapDatabase } from "../support/faulty-d1.ts";
import { arrivals, gateOf, loseKeys, submissionOf } from "../support/gate.ts";
import { ENDPOINTS, URL_OF_RECEIVER } from "../webhooks/receiver.ts";

const reservation = (tenant: string, key: string, fingerprint = "of the request"): KeyReservation => ({
  version: CALL_VERSION,
  tenant,
  key,
  fingerprint,
});

describe("a key that a request asks for which is no event", () => {
  it("is refused where an event holds it, although the gate has lost its copy", async () => {
    const api = new Api();
    const key = newKey();
    const first = await api.ingest("client", individual, key);
    const gate = gateOf(api.tenant);
    await loseKeys(gate);
    const refused = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, key);
    expect([refused.status, refused.body.code]).toEqual([422, "idempotency_mismatch"]);
    const again = await api.ingest("client", individual, key);
    expect([again.status, again.body.event_id]).toEqual([200, first.body.event_id]);
  });

  it("is refused while an event with it is in flight, and stays the event's", async () => {
    const api = new Api();
    const gate = gateOf(api.tenant);
    const hold = new HeldCalls();
    (await wrapDatabase(gate)).meet(isLoad, hold.fault, 1);
    const submission = await submissionOf("client", individual);
    const running = gate.submit(api.tenant, submission);
    await hold.reached();
    expect(await gate.reserveKey(reservation(api.tenant, submission.key))).toBe(false);
    hold.release();
    expect(await running).toMatchObject({ kind: "accepted", replayed: false });
    expect(await gate.reserveKey(reservation(api.tenant, submission.key))).toBe(false);
  });

  it("is refused where an event with it came while D1 was asked", async () => {
    const api = new Api();
    const gate = gateOf(api.tenant);
    const hold = new HeldCalls();
    const d1 = await wrapDatabase(gate);
    d1.meet(isLoad, hold.fault, 1);
    const submission = await submissionOf("client", individual);
    const asked = gate.reserveKey(reservation(api.tenant, submission.key));
    await hold.reached();
    const another = new HeldCalls();
    d1.meet(() => true, another.fault, 1);
    const running = gate.submit(api.tenant, submission);
    await another.reached();
    hold.release();
    expect(await asked).toBe(false);
    another.release();
    expect(await running).toMatchObject({ kind: "accepted", replayed: false });
  });

  it("is given to one request, and an event with it is a mismatch", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const gate = gateOf(api.tenant);
    const key = newKey();
    const hash = keyHash(api.tenant, key);
    expect(await gate.reserveKey(reservation(api.tenant, hash))).toBe(true);
    expect(await gate.reserveKey(reservation(api.tenant, hash))).toBe(true);
    expect(await gate.reserveKey(reservation(api.tenant, hash, "of another"))).toBe(false);
    expect((await api.ingest("client", individual, key)).body.code).toBe("idempotency_mismatch");
  });

  it("is not given without an answer of D1", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const gate = gateOf(api.tenant);
    const d1 = await wrapDatabase(gate);
    d1.meet(() => true, failBefore());
    const key = newKey();
    const failed = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, key);
    expect([failed.status, failed.body.code]).toEqual([503, "unavailable"]);
    d1.heal();
    await arrivals(gate);
    expect((await api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, key)).status).toBe(201);
  });
});
