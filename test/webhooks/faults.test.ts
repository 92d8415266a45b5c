import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { insertEvents } from "../fanout/queue.ts";
import { FaultyD1, failBefore } from "../support/faulty-d1.ts";
import { answers, ENDPOINTS, Receiver, senderOf, verify } from "./receiver.ts";

const records = { event_types: ["recordChanged"] };
const OTHER_KEY = new Uint8Array(32).fill(7).toBase64();

/** Gives the tenant's sender other bindings. */
const rebind = ({ api }: Receiver, bindings: Partial<Cloudflare.Env>) =>
  runInDurableObject(senderOf(api.tenant), (sender) => {
    Object.assign(sender, { env: { ...env, ...bindings } });
  });

describe("a key that is lost", () => {
  it("shows at the endpoint, and a rotation lets deliveries go on, signed with the new secret only", async () => {
    const receiver = await Receiver.of();
    const { endpoint_id } = await receiver.create(records);
    await insertEvents(receiver.api.tenant, 1, 2);
    await rebind(receiver, { WEBHOOK_KEY: OTHER_KEY });
    await receiver.turn();
    expect((await receiver.show(endpoint_id)).body).toMatchObject({
      status: "failing",
      behind: 2,
      last_failure: { error: "secret_unreadable", attempts: 1, status: null },
    });
    const path = `${ENDPOINTS}/${endpoint_id}`;
    expect((await receiver.api.post(`${path}/test`, {})).body).toMatchObject({
      delivered: false,
      error: "secret_unreadable",
    });
    const rotated = await receiver.api.post(`${path}/rotate-secret`, {});
    expect([rotated.status, rotated.body.status]).toEqual([200, "enabled"]);
    await receiver.turn();
    expect(receiver.story).toEqual(["recordChanged 1", "recordChanged 2"]);
    for (const one of receiver.received) {
      expect(one.headers.get("webhook-signature")?.split(" ")).toHaveLength(1);
      verify(rotated.body.secret, one);
    }
    expect((await receiver.show(endpoint_id)).body).toMatchObject({ behind: 0, last_failure: null });
  });

  it("of the previous secret only, after its rotation, stops nothing", async () => {
    const receiver = await Receiver.of();
    const { endpoint_id } = await receiver.create(records);
    await rebind(receiver, { WEBHOOK_KEY: `${OTHER_KEY},${env.WEBHOOK_KEY}` });
    const rotated = await receiver.api.post(`${ENDPOINTS}/${endpoint_id}/rotate-secret`, {});
    await rebind(receiver, { WEBHOOK_KEY: OTHER_KEY });
    await insertEvents(receiver.api.tenant, 1, 1);
    await receiver.turn();
    expect(receiver.received).toHaveLength(1);
    for (const one of receiver.received) verify(rotated.body.secret, one);
  });
});

describe("before each delivery", () => {
  it.each([
    ["a setting is taken back", "http://localhost:3000/", { WEBHOOK_ALLOW_LOOPBACK: "true" }, {}],
    [
      "the service gets another name",
      "https://new.example.com/",
      {},
      { PUBLIC_ORIGIN: "https://new.example.com" },
    ],
  ])("the destination is checked again: %s", async (_, url, before, after) => {
    const receiver = await Receiver.of();
    await insertEvents(receiver.api.tenant, 1, 1);
    const { endpoint_id } = await receiver.create({ ...records, from_sequence: 1 });
    // As if it had been accepted under the settings of that time.
    await runInDurableObject(senderOf(receiver.api.tenant), (_sender, { storage }) => {
      const query = "UPDATE endpoints SET state = json_set(state, '$.url', ?)";
      storage.sql.exec(query, url);
    });
    await rebind(receiver, after);
    await receiver.turn();
    expect(receiver.received).toEqual([]);
    expect((await receiver.show(endpoint_id)).body.last_failure).toMatchObject({ error: "connection" });
    await rebind(receiver, before);
    receiver.ahead = 60_000;
    await receiver.turn();
    expect(receiver.received.map((one) => one.url)).toEqual([url]);
  });

  it("is the service's public origin refused at creation, and a malformed setting is misconfigured", async () => {
    const receiver = await Receiver.of();
    await rebind(receiver, { PUBLIC_ORIGIN: "ledger.example.com" });
    const answer = await receiver.api.post(ENDPOINTS, { url: "https://a.example.com/", ...records });
    expect([answer.status, answer.body.code]).toEqual([500, "misconfigured"]);
  });
});

it("72 hours of failures belong to one message, also after another was passed over", async () => {
  const receiver = await Receiver.of();
  await insertEvents(receiver.api.tenant, 1, 1);
  const types = ["recordChanged", "historyAdded"];
  const { endpoint_id } = await receiver.create({ event_types: types, from_sequence: 1 });
  receiver.behave = answers(500);
  await receiver.turn();
  receiver.ahead = 71 * 3_600_000;
  await receiver.turn();
  const change = (event_types: readonly string[]) =>
    receiver.api.patch(`${ENDPOINTS}/${endpoint_id}`, { event_types });
  await change(["journalEntryPosted"]);
  receiver.ahead += 7_200_000;
  await receiver.turn();
  await change(["recordChanged"]);
  await insertEvents(receiver.api.tenant, 2, 2);
  await receiver.turn();
  expect((await receiver.show(endpoint_id)).body).toMatchObject({
    status: "enabled",
    cursor_sequence: 1,
    last_failure: { attempts: 1 },
  });
});

it("an alarm is not put off by a later one", async () => {
  const receiver = await Receiver.of();
  const { endpoint_id } = await receiver.create(records);
  const soon = Date.now() + 1_500;
  await runInDurableObject(senderOf(receiver.api.tenant), (_, { storage }) => storage.setAlarm(soon));
  const d1 = new FaultyD1(env.DB).meet(
    ({ statements }) => statements.some(({ sql }) => sql.includes("webhook_endpoints")),
    failBefore(),
  );
  await rebind(receiver, { DB: d1.binding });
  // The copy for operators fails, so that it is due again after five seconds.
  await receiver.api.patch(`${ENDPOINTS}/${endpoint_id}`, { status: "disabled" });
  expect(await receiver.alarmAt()).toBe(soon);
});

it("a tenant's tests are counted over all its endpoints, deleted ones too", async () => {
  const receiver = await Receiver.of();
  const statuses: number[] = [];
  for (let n = 0; n < 11; n += 1) {
    const { endpoint_id } = await receiver.create(records);
    statuses.push((await receiver.api.post(`${ENDPOINTS}/${endpoint_id}/test`, {})).status);
    await receiver.api.delete(`${ENDPOINTS}/${endpoint_id}`);
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
});

it("a URL that is accepted is one that deliveries go to", async () => {
  const receiver = await Receiver.of();
  const create = (url: string) => receiver.api.post(ENDPOINTS, { ...records, url });
  for (const url of [`https://example.com/${"ü".repeat(1_000)}`, "https://a..b/", "https://nas.lan/"]) {
    expect((await create(url)).status).toBe(400);
  }
  expect((await create(`https://example.com/${"ü".repeat(300)}`)).status).toBe(201);
  await insertEvents(receiver.api.tenant, 1, 1);
  await receiver.turn();
  expect(receiver.received).toHaveLength(1);
});
