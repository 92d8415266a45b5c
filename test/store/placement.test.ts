import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { findPlacement, placeTenant } from "../../src/store/placement/placement.ts";
import { Api, newTenant } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { FaultyD1, isCommit } from "../support/faulty-d1.ts";
import { oneTo } from "../support/gate.ts";
import { apiIn, called, DATABASES, manyDatabases, migrateAll, sweepAll } from "../support/many-databases.ts";

beforeAll(migrateAll);

/** How many events each database has of the tenant. */
async function eventsOf(tenant: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [name, database] of Object.entries(DATABASES)) {
    const count = database.prepare("SELECT count(*) AS n FROM events WHERE tenant_id = ?").bind(tenant);
    counts[name] = (await count.first<number>("n")) ?? 0;
  }
  return counts;
}

const placementOf = (tenant: string) =>
  env.DB.prepare("SELECT database, jurisdiction FROM placements WHERE tenant_id = ?").bind(tenant).first();

describe("a tenant", () => {
  it("lives in a database of the jurisdiction that its first token names, and is read there", async () => {
    const api = apiIn("eu");
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    const placed = await placementOf(api.tenant);
    expect(placed?.jurisdiction).toBe("eu");
    const counts = await eventsOf(api.tenant);
    expect(counts).toEqual({ DB: 0, DB_2: 0, DB_3: 0, [String(placed?.database)]: 2 });
    expect((await api.get("/api/tables/disbursements/L-1")).body.data.disbursement_id).toBe("L-1");
    expect((await api.get("/api/tables/events")).body.data).toHaveLength(2);
    expect(called).toContain(`eu:${api.tenant}`);
  });

  it("lives in the first database's jurisdiction when its token names none", async () => {
    const api = apiIn(null);
    await api.accept("client", individual);
    expect(await eventsOf(api.tenant)).toEqual({ DB: 1, DB_2: 0, DB_3: 0 });
    expect(await placementOf(api.tenant)).toEqual({ database: "DB", jurisdiction: null });
  });

  it("keeps its placement when later tokens name no jurisdiction", async () => {
    const api = apiIn("eu");
    await api.accept("client", individual);
    const before = await placementOf(api.tenant);
    await apiIn(null, api.tenant).accept("disbursement", loan);
    expect(await placementOf(api.tenant)).toEqual(before);
    expect(Object.values(await eventsOf(api.tenant)).filter((n) => n > 0)).toEqual([2]);
  });

  it("accepts no write with a token that names another jurisdiction, or one without a database", async () => {
    const api = apiIn(null);
    await api.accept("client", individual);
    for (const other of [apiIn("eu", api.tenant), apiIn("fedramp")]) {
      const refused = await other.ingest("disbursement", loan);
      expect([refused.status, refused.body.code]).toEqual([500, "misconfigured"]);
    }
    const alone = new Api();
    expect(await placeTenant(env, alone.tenant, "eu")).toEqual({ ok: false, error: "eu" });
    expect(await eventsOf(api.tenant)).toEqual({ DB: 1, DB_2: 0, DB_3: 0 });
  });

  it("gets one placement when many isolates place it at once", async () => {
    const tenant = newTenant();
    const placed = await Promise.all(oneTo(20).map(() => placeTenant(manyDatabases, tenant, "eu")));
    const names = placed.map((one) => one.ok && one.value.database.name);
    expect(new Set(names).size).toBe(1);
    expect((await placementOf(tenant))?.database).toBe(names[0]);
  });

  it("lives where another isolate has placed it meanwhile, not where this one would", async () => {
    const tenant = newTenant();
    const columns = "tenant_id, database, jurisdiction, placed_at";
    const insert = env.DB.prepare(`INSERT INTO placements (${columns}) VALUES (?, ?, 'eu', 0)`);
    let chosen = "";
    const d1 = new FaultyD1(env.DB).meet(
      isCommit,
      async (send) => {
        const [own] = d1.calls.at(-1)?.statements ?? [];
        chosen = own?.params.includes("DB_2") ? "DB_2" : "DB_3";
        await insert.bind(tenant, chosen === "DB_2" ? "DB_3" : "DB_2").run();
        return send();
      },
      1,
    );
    const placed = await placeTenant({ ...manyDatabases, DB: d1.binding }, tenant, "eu");
    if (!placed.ok) throw new Error(placed.error);
    const stored = (await placementOf(tenant))?.database;
    expect([placed.value.database.name, stored]).toEqual([stored, chosen === "DB_2" ? "DB_3" : "DB_2"]);
  });

  it("is looked up once per isolate", async () => {
    const tenant = newTenant();
    await placeTenant(manyDatabases, tenant, "eu");
    const d1 = new FaultyD1(env.DB);
    const watched = { ...manyDatabases, DB: d1.binding };
    for (const _ of oneTo(5)) expect((await findPlacement(watched, tenant))?.jurisdiction).toBe("eu");
    expect(d1.roundTrips).toBe(0);
  });

  it("from the time of one database is found there when there are more", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const later = apiIn(null, api.tenant);
    expect((await later.get("/api/tables/clients/C-1")).status).toBe(200);
    expect(await placementOf(api.tenant)).toEqual({ database: "DB", jurisdiction: null });
  });

  it("that a newer version has placed elsewhere gets no first event from an older version", async () => {
    const api = new Api();
    await placeTenant(manyDatabases, api.tenant, "eu");
    const refused = await api.ingest("client", individual);
    expect([refused.status, refused.body.code]).toEqual([503, "unavailable"]);
    expect(await eventsOf(api.tenant)).toEqual({ DB: 0, DB_2: 0, DB_3: 0 });
  });
});

describe("tenants", () => {
  it("spread over the databases of their jurisdiction, the emptiest first", async () => {
    const tenants = oneTo(6).map(() => newTenant());
    for (const tenant of tenants) await placeTenant(manyDatabases, tenant, "eu");
    const places = await Promise.all(tenants.map(placementOf));
    const names = places.map((place) => place?.database);
    expect(new Set(names)).toEqual(new Set(["DB_2", "DB_3"]));
    await DATABASES.DB_2.prepare("CREATE TABLE ballast AS SELECT hex(randomblob(500000)) AS x").run();
    const next = newTenant();
    await placeTenant(manyDatabases, next, "eu");
    expect((await placementOf(next))?.database).toBe("DB_3");
    await DATABASES.DB_2.prepare("DROP TABLE ballast").run();
  });

  it("of every database have their projections completed by the sweep", async () => {
    const apis = [apiIn("eu"), apiIn("eu"), apiIn("eu"), apiIn(null)];
    for (const api of apis) {
      await api.accept("client", individual);
      await api.accept("disbursement", loan);
    }
    await sweepAll();
    for (const api of apis) {
      const rows = (await api.get("/api/tables/disbursement_status")).body.data;
      expect(rows).toMatchObject([{ disbursement_id: "L-1", status: "ongoing" }]);
    }
  });

  it("export their books from their own databases", async () => {
    const posting = {
      loan_id: crypto.randomUUID(),
      borrower_id: crypto.randomUUID(),
      amount_minor: "100",
      currency: "USD",
      effective_at: "2024-01-01",
      method: "ach",
    };
    for (const api of [apiIn("eu"), apiIn(null)]) {
      expect((await api.post("/v1/disbursements", posting)).status).toBe(201);
      const books = await api.get("/v1/journal-entries?format=hledger");
      expect(books.text).toContain("1.00 USD");
    }
  });
});
