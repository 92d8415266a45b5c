import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { settingsInForce } from "../../src/reads/in-force.ts";
import { knownSequence } from "../../src/reads/known-at.ts";
import { openSession } from "../../src/store/session.ts";
import { Api } from "../support/api.ts";
import { individual } from "../support/examples.ts";

it("what the log knew at a sequence it knew on the day of that event, in the tenant's time zone then", async () => {
  const api = new Api();
  await api.send("PUT", "/v1/settings", { time_zone: "Asia/Tokyo" });
  await api.accept("client", individual);
  await api.send("PUT", "/v1/settings", { time_zone: "America/New_York" });
  const { data } = (await api.get("/api/tables/events?sort_order=asc")).body;
  const { db } = await openSession(env, api.tenant, "first-primary");
  const known = await knownSequence(db, api.tenant, { sequence: 2 });
  expect(known).toEqual({ ok: true, value: { sequence: 2, head: 3, at: Date.parse(data[1].created_at) } });
  const evening = { sequence: 2, at: Date.parse("2026-02-01T20:00:00Z") };
  expect((await settingsInForce(db, api.tenant, evening)).known_day).toBe("2026-02-02");
  const present = await settingsInForce(db, api.tenant, null);
  expect([present.calendar.time_zone, present.known_day]).toEqual(["America/New_York", present.today]);
});
