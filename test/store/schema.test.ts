import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

/** The tables that are not ours: the migrations' own and the runtime's. */
const FOREIGN = /^(d1_migrations|sqlite_.*|_cf_.*)$/;

it("every table is STRICT and WITHOUT ROWID, and its key begins with the tenant", async () => {
  const { results } = await env.DB.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all<{
    name: string;
    sql: string;
  }>();
  const ours = results.filter(({ name }) => !FOREIGN.test(name));
  expect(ours.length).toBeGreaterThan(15);
  for (const { name, sql } of ours) {
    expect(sql, name).toMatch(/\) STRICT, WITHOUT ROWID$/);
    // A message may name no tenant, a walk goes over all of them, and an API key is found by its id.
    if (["dead_letters", "sweep_place", "api_keys"].includes(name)) continue;
    expect(sql, name).toMatch(/PRIMARY KEY\(`tenant_id`|`tenant_id` text PRIMARY KEY/);
  }
});
