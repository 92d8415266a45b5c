import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { catchUp } from "../../src/fanout/catch-up.ts";
import { tamper } from "../support/tamper.ts";
import { deliver, historyOf, insertEvents, messageFor, rowCount } from "./queue.ts";

const rowsOf = async (tenant: string) => rowCount(await historyOf(tenant));

it("history has reached only what is derived, and the head once all of it is", async () => {
  const tenant = `t-${crypto.randomUUID()}`;
  await insertEvents(tenant, 1, 2_500);
  const update = "UPDATE events SET makes_history = 0 WHERE tenant_id = ? AND sequence = 2500";
  await tamper(env.DB.prepare(update).bind(tenant));
  const part = await catchUp(env, tenant);
  expect([part.complete, part.stopped]).toEqual([false, []]);
  expect(part.reached.history).toBe(await rowsOf(tenant));
  expect(part.reached.history).toBeLessThan(2_499);
  const rest = await catchUp(env, tenant);
  expect([rest.complete, rest.reached.history]).toEqual([true, 2_500]);
});

it("history has reached the event before a poisonous one", async () => {
  const tenant = `t-${crypto.randomUUID()}`;
  await insertEvents(tenant, 1, 10, (sequence) => (sequence === 5 ? "no JSON" : "{}"));
  const done = await catchUp(env, tenant);
  expect([done.complete, done.reached.history, done.stopped.length]).toEqual([true, 4, 1]);
});

it("a message whose work is not done yet is sent again, and one whose work is done is not", async () => {
  const tenant = `t-${crypto.randomUUID()}`;
  await insertEvents(tenant, 1, 2_500);
  const sent: unknown[] = [];
  const queue = { send: async (body: unknown) => void sent.push(body) } as unknown as Queue<unknown>;
  const environment = { ...env, HISTORY_QUEUE: queue };
  const message = messageFor(tenant);
  expect(await deliver([message], { environment })).toEqual(["acked"]);
  expect(sent).toEqual([message]);
  expect(await deliver([message], { environment })).toEqual(["acked"]);
  expect([sent.length, await rowsOf(tenant)]).toEqual([1, 2_500]);
});
