import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { noWrites } from "../../src/domain/command.ts";
import { commit } from "../../src/store/commit.ts";
import { openSession } from "../../src/store/session.ts";
import { Api } from "../support/api.ts";
import { ERASED, GOLDEN_TENANT, sealedEvents } from "./golden/events.ts";
import { GOLDEN_TEXT } from "./golden/lines.ts";

it("the exported log is byte for byte the one that an independent program makes of the same events", async () => {
  const session = await openSession(env, GOLDEN_TENANT, "first-primary");
  for (const { event, entries, head } of sealedEvents()) {
    const writes = { ...noWrites(), events: [event], entries: [...entries] };
    await commit(session, GOLDEN_TENANT, writes, { head, rewrites: 0 });
  }
  const erase = `UPDATE events SET private = NULL, salt = NULL, fingerprint = NULL
    WHERE tenant_id = ? AND sequence IN (${ERASED})`;
  await env.DB.prepare(erase).bind(GOLDEN_TENANT).run();
  const { text } = await new Api(GOLDEN_TENANT).get("/v1/log/events");
  expect(text).toBe(GOLDEN_TEXT);
});
