import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { OperatedDatabase } from "../../src/cli/operate/database.ts";
import { beginWalk, rebuildPlacements } from "../../src/cli/operate/placements.ts";
import { ok } from "../../src/domain/core/result.ts";
import { individual, loan } from "../support/examples.ts";
import { apiIn, DATABASES, manyDatabases, migrateAll, sweepAll } from "../support/many-databases.ts";
import { restore, snapshotOf } from "../support/time-travel.ts";

beforeAll(migrateAll);

const placementOf = (tenant: string) =>
  env.DB.prepare("SELECT database, jurisdiction FROM placements WHERE tenant_id = ?").bind(tenant).first();

const forget = (tenant: string) =>
  env.DB.prepare("DELETE FROM placements WHERE tenant_id = ?").bind(tenant).run();

/** The databases as the command reaches them. */
const operated: readonly OperatedDatabase[] = Object.entries(DATABASES).map(([binding, database]) => ({
  binding,
  jurisdiction: binding === "DB" ? null : "eu",
  run: async <Row>(sql: string) => ok((await database.prepare(sql).all<Row>()).results),
}));

describe("after the first database was restored to before a tenant was placed", () => {
  it("the command writes its placement again, from the database that has its log", async () => {
    const [european, other] = [apiIn("eu"), apiIn(null)];
    const placed: unknown[] = [];
    for (const api of [european, other]) {
      await api.accept("client", individual);
      placed.push(await placementOf(api.tenant));
      await forget(api.tenant);
    }
    const rebuilt = await rebuildPlacements(operated);
    const added = rebuilt.ok ? rebuilt.value.map((line) => /(\d+) placements written/.exec(line)?.[1]) : [];
    expect(added.toSorted()).toEqual(["0", "1", "1"]);
    expect([await placementOf(european.tenant), await placementOf(other.tenant)]).toEqual(placed);
    expect(await rebuildPlacements(operated)).toMatchObject({ ok: true });
  });

  it("the command names a tenant that was placed elsewhere meanwhile, and changes nothing of it", async () => {
    const api = apiIn("eu");
    await api.accept("client", individual);
    const update = "UPDATE placements SET database = 'DB', jurisdiction = NULL WHERE tenant_id = ?";
    await env.DB.prepare(update).bind(api.tenant).run();
    const rebuilt = await rebuildPlacements(operated);
    expect(rebuilt.ok ? "" : rebuilt.error.message).toContain(api.tenant);
    expect(await placementOf(api.tenant)).toEqual({ database: "DB", jurisdiction: null });
    await forget(api.tenant);
    await rebuildPlacements(operated);
  });

  it("a tenant that writes before the command ran is placed where its log is, whatever its token names", async () => {
    const api = apiIn("eu");
    await api.accept("client", individual);
    const placed = await placementOf(api.tenant);
    await forget(api.tenant);
    vi.resetModules();
    const { placeTenant } = await import("../../src/store/placement/placement.ts");
    const found = await placeTenant(manyDatabases, api.tenant, null);
    expect(found).toMatchObject({ ok: true, value: { database: { name: placed?.database } } });
    expect(await placementOf(api.tenant)).toEqual(placed);
  });
});

it("the service's next runs call the gates of every database: each names what it lost, also of an empty log", async () => {
  const apis = [apiIn("eu"), apiIn("eu"), apiIn(null)];
  const lost = new Map<string, string>();
  for (const [index, api] of apis.entries()) {
    const empty = new Map<string, Awaited<ReturnType<typeof snapshotOf>>>();
    for (const [name, database] of Object.entries(DATABASES))
      empty.set(name, await snapshotOf(api.tenant, database));
    await api.accept("client", individual);
    const name = String((await placementOf(api.tenant))?.database) as keyof typeof DATABASES;
    const one = index === 0 ? empty.get(name) : await snapshotOf(api.tenant, DATABASES[name]);
    await api.accept("disbursement", loan);
    // The placement is in another database than the log, or stays all the same.
    if (one)
      await restore(
        api.tenant,
        new Map([...one].filter(([table]) => table !== "placements")),
        DATABASES[name],
      );
    lost.set(api.tenant, name);
  }
  expect(await beginWalk(operated)).toMatchObject({ ok: true });
  await sweepAll();
  for (const [index, [tenant, name]] of [...lost].entries()) {
    const query =
      "SELECT category, step, data FROM events WHERE tenant_id = ? ORDER BY sequence DESC LIMIT 1";
    const last = await DATABASES[name as keyof typeof DATABASES]
      .prepare(query)
      .bind(tenant)
      .first<{ category: string; step: string; data: string }>();
    expect(last).toMatchObject({ category: "log", step: "restored" });
    expect(JSON.parse(last?.data ?? "").data.restored_to).toBe(index === 0 ? 0 : 1);
  }
  for (const { run } of operated) {
    expect(await run("SELECT * FROM sweep_place WHERE id = 4")).toEqual(ok([]));
  }
});
