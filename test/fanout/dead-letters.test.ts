import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sweep } from "../../src/fanout/sweep.ts";
import { Api } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { FaultyD1, failBefore } from "../support/faulty-d1.ts";
import { tamper } from "../support/tamper.ts";
import {
  DEAD_QUEUE,
  deadLettersOf,
  deliver,
  dueHistoryOf,
  historyOf,
  insertEvents,
  messageFor,
  replaceQueue,
  rowCount,
  TRACE_ID,
  textWith,
} from "./queue.ts";

const newTenant = () => `poisoned-${crypto.randomUUID()}`;

/** Events 1 and 2 are good, 3 is broken, 4 is good again. */
async function poisonedTenant(facts = '{"on_date": "Joh'): Promise<string> {
  const tenant = newTenant();
  await insertEvents(tenant, 1, 4, (sequence) => (sequence === 3 ? facts : "{}"));
  return tenant;
}

/** Removes the cause of the failure, as an operator does before a redrive. */
async function removeCause(tenant: string): Promise<void> {
  const update = env.DB.prepare("UPDATE events SET data = ? WHERE tenant_id = ? AND sequence = 3");
  await tamper(update.bind(textWith("{}"), tenant));
}

const redrive = (tenant: string) =>
  env.DB.prepare("UPDATE dead_letters SET redrive = 1 WHERE tenant_id = ? AND resolved_at IS NULL")
    .bind(tenant)
    .run();

const made = async (tenant: string) => (await historyOf(tenant)).disbursement_status.length;

/** A tenant whose message the queue has given up on. */
async function buriedTenant(): Promise<string> {
  const tenant = await poisonedTenant();
  await deliver([messageFor(tenant)], { queue: DEAD_QUEUE });
  return tenant;
}

const termsWithAmount = (disbursement_amount: string) =>
  JSON.stringify({ terms: { maturity_date: null, total_expected_margin: "0", disbursement_amount } });

describe("a poisonous event", () => {
  it.each([
    ["that is no JSON", '{"on_date": "Joh'],
    ["that is no object", "[]"],
    ["with a fact of another type", '{"on_date": 5}'],
    ["with an amount beyond 64 bits", termsWithAmount("9223372036854775808")],
  ])(
    "%s asks for a retry of only its tenant's messages; the rows before it are kept",
    async (_what, facts) => {
      const [good, poisoned] = [newTenant(), await poisonedTenant(facts)];
      await insertEvents(good, 1, 3);
      const fates = await deliver([messageFor(poisoned), messageFor(good), messageFor(poisoned)]);
      expect(fates).toEqual(["retried", "acked", "retried"]);
      expect([await made(good), await made(poisoned)]).toEqual([3, 2]);
    },
  );

  it("is never an event with the largest accepted amount", async () => {
    const tenant = await poisonedTenant(termsWithAmount("9223372036854775807"));
    expect(await deliver([messageFor(tenant)])).toEqual(["acked"]);
  });

  it("is recorded with its trace and its place, without the unreadable text", async () => {
    const tenant = await poisonedTenant();
    const fates = await deliver([messageFor(tenant, 4)], { queue: DEAD_QUEUE, ids: ["letter-1"] });
    expect(fates).toEqual(["acked"]);
    const [letter, ...others] = await deadLettersOf(tenant);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      message_id: "letter-1",
      trace_id: TRACE_ID,
      redrive: 0,
      resolved_at: null,
    });
    expect(letter?.error).toContain("event event-3 (sequence 3)");
    expect(letter?.error).not.toContain("Joh");
    expect(JSON.parse(letter?.body ?? "")).toEqual(messageFor(tenant, 4));
  });

  it("is recorded once, although many messages of its tenant fail because of it", async () => {
    const tenant = await buriedTenant();
    await deliver([messageFor(tenant, 4), messageFor(tenant, 5)], { queue: DEAD_QUEUE });
    expect(await deadLettersOf(tenant)).toHaveLength(1);
  });

  it("does not stop a sweep", async () => {
    const tenants = ["a", "b", "c"].map((name) => `${name}-${crypto.randomUUID()}`);
    for (const tenant of tenants) {
      await insertEvents(tenant, 1, 2, () => (tenant.startsWith("b") ? "[]" : "{}"));
    }
    await sweep(env);
    expect(await Promise.all(tenants.map(made))).toEqual([2, 0, 2]);
  });
});

describe("a message that is malformed", () => {
  it.each([
    [null],
    ["text"],
    [{ tenant_id: 5 }],
    [{ tenant_id: "", upto: 1, traceparent: "" }],
    [{ tenant_id: "x", upto: 0, traceparent: "" }],
  ])("is the only message that is retried, and is recorded in the end: %j", async (body) => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 1);
    expect(await deliver([body, messageFor(tenant)])).toEqual(["retried", "acked"]);
    const id = crypto.randomUUID();
    expect(await deliver([body], { queue: DEAD_QUEUE, ids: [id] })).toEqual(["acked"]);
    const query = "SELECT tenant_id, body, error FROM dead_letters WHERE message_id = ?";
    expect(await env.DB.prepare(query).bind(id).first()).toEqual({
      tenant_id: null,
      body: JSON.stringify(body),
      error: "Error: the message does not name a tenant's events",
    });
  });

  it("does not stop history when only its traceparent is malformed", async () => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 1);
    expect(await deliver([{ ...messageFor(tenant), traceparent: "?" }])).toEqual(["acked"]);
    expect(await made(tenant)).toBe(1);
  });
});

describe("a dead letter", () => {
  it("is not recorded when its history has been derived meanwhile", async () => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 2);
    expect(await deliver([messageFor(tenant)], { queue: DEAD_QUEUE })).toEqual(["acked"]);
    expect([await made(tenant), await deadLettersOf(tenant)]).toEqual([2, []]);
  });

  it("keeps the sweep away from its tenant until the operator redrives it, which completes and resolves", async () => {
    const tenant = await buriedTenant();
    await removeCause(tenant);
    await sweep(env);
    expect(await made(tenant)).toBe(2);
    await redrive(tenant);
    await sweep(env);
    expect(await made(tenant)).toBe(4);
    expect(await deadLettersOf(tenant)).toMatchObject([{ resolved_at: expect.any(Number) }]);
  });

  it("waits for the operator again when the redrive fails", async () => {
    const tenant = await buriedTenant();
    await redrive(tenant);
    await sweep(env);
    expect(await deadLettersOf(tenant)).toMatchObject([{ redrive: 0, resolved_at: null }]);
    expect(await made(tenant)).toBe(2);
  });

  it("is resolved when a message completed its tenant's history first, so that the sweep serves it again", async () => {
    const tenant = await buriedTenant();
    await removeCause(tenant);
    expect(await deliver([messageFor(tenant)])).toEqual(["acked"]);
    await sweep(env);
    expect(await deadLettersOf(tenant)).toMatchObject([{ resolved_at: expect.any(Number) }]);
    await insertEvents(tenant, 5, 5);
    await sweep(env);
    expect(await made(tenant)).toBe(5);
  });

  it("is retried when it cannot be recorded", async () => {
    const tenant = await poisonedTenant();
    const broken = { withSession: () => ({}) } as unknown as D1Database;
    const delivery = { queue: DEAD_QUEUE, environment: { ...env, DB: broken } };
    expect(await deliver([messageFor(tenant)], delivery)).toEqual(["retried"]);
  });
});

it("does not stop the API from taking the tenant's events, whose history is derived after the redrive", async () => {
  const api = new Api();
  await replaceQueue(api.tenant, async () => {});
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  const data = "SELECT data FROM events WHERE tenant_id = ? AND sequence = 2";
  const good = await env.DB.prepare(data).bind(api.tenant).first("data");
  const update = env.DB.prepare("UPDATE events SET data = ? WHERE tenant_id = ? AND sequence = 2");
  const setData = (text: unknown) => tamper(update.bind(text, api.tenant));
  await setData("broken");
  await deliver([messageFor(api.tenant)], { queue: DEAD_QUEUE });
  await api.accept("disbursement", { ...loan, disbursement_id: "L-2" });
  expect(rowCount(await historyOf(api.tenant))).toBe(0);
  await setData(good);
  await redrive(api.tenant);
  await sweep(env);
  expect(await historyOf(api.tenant)).toEqual(await dueHistoryOf(api.tenant));
});

describe("a database that is unavailable when the queue has given up", () => {
  it("needs no operator: the message is retried, and the sweep continues with the tenant", async () => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 3, () => "{}");
    const away = new FaultyD1(env.DB);
    away.meet(() => true, failBefore("D1_ERROR: Network connection lost."));
    const environment = { ...env, DB: away.binding };
    expect(await deliver([messageFor(tenant)], { queue: DEAD_QUEUE, environment })).toEqual(["retried"]);
    expect(await deadLettersOf(tenant)).toEqual([]);
    await sweep(env);
    expect(await made(tenant)).toBe(3);
  });
});
