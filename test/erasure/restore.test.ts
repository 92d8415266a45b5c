import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { sweep } from "../../src/fanout/sweep.ts";
import { Api } from "../support/api.ts";
import { expectSoundLog, storedEvents } from "../support/chain.ts";
import { failBefore, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { restore, snapshotOf } from "../support/time-travel.ts";
import { ana, bob, found, VALUES } from "./ana.ts";
import { completed, erase, eraseWholly, sendAna, storedText } from "./person.ts";

it("writes an erasure of a lost time anew, directly after the event of the restore, and does its work", async () => {
  const api = new Api();
  await sendAna(api);
  const before = await snapshotOf(api.tenant);
  await eraseWholly(api, "C-1", "error");
  await api.accept("client", bob);
  await restore(api.tenant, before);
  expect(found(await storedText(api.tenant))).toEqual(Object.keys(VALUES));
  await api.accept("client", { ...bob, client_id: "C-3" });
  const after = (await storedEvents(api.tenant)).slice(6);
  expect(
    after.map(({ step, record_id }) => [step, record_id === after[0]?.event_id ? "" : record_id]),
  ).toEqual([
    ["restored", ""],
    ["erase", "C-1"],
    ["create", "C-3"],
  ]);
  expect(JSON.parse(after[1]?.data ?? "").data).toEqual({ reason: "error", shared: [] });
  await completed(api);
  expect(found(await storedText(api.tenant))).toEqual([]);
  expect((await api.get("/api/tables/clients/C-1")).body.data.name).toBeNull();
  await expectSoundLog(api.tenant);
});

it("writes many erasures of a lost time anew in as many statements as one", async () => {
  const api = new Api();
  const ids = Array.from({ length: 40 }, (_, index) => `C-${index}`);
  for (const client_id of ids) await api.accept("client", { ...bob, client_id });
  const before = await snapshotOf(api.tenant);
  for (const client_id of ids) expect((await erase(api, client_id)).status).toBe(202);
  await restore(api.tenant, before);
  const d1 = await wrapDatabase(gateOf(api.tenant));
  await api.accept("client", ana);
  const steps = (await storedEvents(api.tenant)).slice(ids.length).map(({ step }) => step);
  expect(steps).toEqual(["restored", ...ids.map(() => "erase"), "create"]);
  expect(Math.max(...d1.calls.map(({ statements }) => statements.length))).toBeLessThan(ids.length);
  for (const id of ids) await completed(api, `/api/clients/${id}/erasure`);
  expect(await storedText(api.tenant)).not.toContain(bob.name);
  await expectSoundLog(api.tenant);
});

it("names the erasure of a client whom the restored log does not know, and leaves one who is sent later", async () => {
  const api = new Api();
  await api.accept("client", bob);
  const before = await snapshotOf(api.tenant);
  await api.accept("client", ana);
  await eraseWholly(api);
  await restore(api.tenant, before);
  await api.accept("client", ana);
  await completed(api);
  const events = await storedEvents(api.tenant);
  expect(events.map(({ step }) => step)).toEqual(["create", "restored", "erase", "create"]);
  expect(events[3]?.previous_sequence).toBeNull();
  expect((await api.get("/api/tables/clients/C-1")).body.data.name).toBe(VALUES.name);
  await expectSoundLog(api.tenant);
});

it("does its work again where a restore undid only that, and left the event", async () => {
  const api = new Api();
  await sendAna(api);
  const d1 = await wrapDatabase(gateOf(api.tenant));
  d1.meet(
    ({ statements }) => statements.some(({ sql }) => sql.includes("unfinished_erasures")),
    failBefore(),
  );
  await erase(api);
  const before = await snapshotOf(api.tenant);
  d1.heal();
  await evictDurableObject(gateOf(api.tenant));
  await sweep(env);
  await completed(api);
  await restore(api.tenant, before);
  expect(found(await storedText(api.tenant))).not.toEqual([]);
  await sweep(env);
  await completed(api);
  expect(found(await storedText(api.tenant))).toEqual([]);
});
