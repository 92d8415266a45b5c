import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import operate from "../../docs/operate.md?raw";
import { deliver, insertEvents, messageFor } from "../fanout/queue.ts";
import { answers, Receiver } from "./receiver.ts";

const [, query = ""] = /```sql\n(WITH RECURSIVE[\s\S]*?)```/.exec(operate) ?? [];

it("the query of docs/operate.md shows operators which tenants lag, which fail, and why", async () => {
  const receiver = await Receiver.of();
  const { tenant } = receiver.api;
  await insertEvents(tenant, 1, 4, (sequence) => (sequence === 3 ? "broken" : "{}"));
  const { endpoint_id } = await receiver.create({ event_types: ["recordChanged"], from_sequence: 1 });
  receiver.behave = answers(500);
  await receiver.turn();
  await deliver([messageFor(tenant)], { queue: "loan-ledger-history-dead" });
  const fine = `t-${crypto.randomUUID()}`;
  await insertEvents(fine, 1, 2);
  await deliver([messageFor(fine)]);
  const { results } = await env.DB.prepare(query).all<Record<string, unknown>>();
  expect(results).toEqual([
    {
      tenant_id: tenant,
      follower: `webhook ${endpoint_id}`,
      status: "enabled",
      behind: 4,
      last_error: "status 500",
    },
    {
      tenant_id: tenant,
      follower: "history",
      status: "enabled",
      behind: 2,
      last_error: expect.stringContaining("sequence 3"),
    },
  ]);
});
