import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { filterable, LOOKUP_TABLES } from "../../src/contract/lookup/tables.ts";
import { LOOKUP_SOURCES } from "../../src/store/lookup/sources.ts";
import { walkOf } from "../../src/store/lookup/walk.ts";
import { ALL_SCOPES, newTenant } from "../support/api.ts";
import { authorize } from "../support/tokens.ts";

/** The platform's limiter: three requests a minute for each key. */
const { TEST_LIMIT } = env as Cloudflare.Env & { TEST_LIMIT: RateLimit };
const ON = { ...env, RATE_LIMITS: "on" };
const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} } as never;

async function statuses(paths: readonly string[], bindings: Cloudflare.Env, tenant = newTenant()) {
  const found: number[] = [];
  for (const path of paths) {
    const headers = await authorize(tenant, ALL_SCOPES);
    found.push((await app.request(path, { headers }, bindings, context)).status);
  }
  return found;
}

const times = (count: number, path: string): readonly string[] => Array.from({ length: count }, () => path);
const LIST = "/api/tables/clients";

describe("a tenant's rate limit", () => {
  it("refuses the requests beyond it with Retry-After, and does not affect other tenants", async () => {
    const limited = { ...ON, TENANT_LIMIT: TEST_LIMIT };
    const [busy, quiet] = [newTenant(), newTenant()];
    expect(await statuses(times(4, LIST), limited, busy)).toEqual([200, 200, 200, 429]);
    const headers = await authorize(busy, ALL_SCOPES);
    const refused = await app.request(LIST, { headers }, limited, context);
    expect(refused.headers.get("Retry-After")).toBe("60");
    expect(await refused.json()).toMatchObject({ status: 429, code: "rate_limited" });
    expect(await statuses([LIST], limited, quiet)).toEqual([200]);
  });

  it("is separate for reads that walk", async () => {
    const limited = { ...ON, TENANT_WALK_LIMIT: TEST_LIMIT };
    const tenant = newTenant();
    const walks = [
      `${LIST}?search=a`,
      `${LIST}?include_count=true`,
      `${LIST}?sort_by=name`,
      `${LIST}?search=b`,
    ];
    expect((await statuses(walks, limited, tenant)).at(-1)).toBe(429);
    expect(await statuses(times(4, LIST), limited, tenant)).toEqual([200, 200, 200, 200]);
  });

  /** Which limits a request counts against. */
  async function limitsOf(path: string, accept = "application/json"): Promise<readonly string[]> {
    const asked: string[] = [];
    const limit = (name: string): RateLimit => ({
      limit: async () => {
        asked.push(name);
        return { success: true };
      },
    });
    const bindings = { ...ON, TENANT_LIMIT: limit("usual"), TENANT_WALK_LIMIT: limit("walk") };
    const headers = { ...(await authorize(newTenant(), ALL_SCOPES)), Accept: accept };
    const { status } = await app.request(path, { headers }, bindings, context);
    expect([path, status]).toEqual([path, 200]);
    return asked;
  }

  it.each(LOOKUP_TABLES)(
    "of walks counts each filter of $name that no index answers, and no other",
    async (table) => {
      const source = LOOKUP_SOURCES[table.name];
      for (const name of filterable(table)) {
        const { checks, byId } = walkOf(source, "t", { filters: [[name, "x"]], bounds: [], search: null });
        const expected = checks.length > 0 && !byId ? "walk" : "usual";
        expect([name, await limitsOf(`/api/tables/${table.name}?${name}=x`)]).toEqual([name, [expected]]);
      }
    },
  );

  it.each([
    ["disbursements?client_id=C-1&kind=loan", "usual"],
    ["disbursements?client_id=C-1&sort_by=created_at", "usual"],
    ["disbursements?client_id=C-1&sort_by=disbursement_amount", "walk"],
    ["payments?payment_id=P-1&search=P", "usual"],
    ["payments?sort_by=created_at&sort_order=asc", "usual"],
    ["payments?sort_by=payment_total", "walk"],
    ["events?sort_order=asc", "usual"],
    ["events?sort_by=sequence&sort_order=asc", "usual"],
    ["disbursement_status?sort_by=on_date", "usual"],
    ["disbursement_status?sort_by=created_at", "walk"],
    ["payments?date_field=due_date&end_date=2026-01-01", "walk"],
  ])("of GET /api/tables/%s is that of %s reads", async (path, expected) => {
    expect(await limitsOf(`/api/tables/${path}`)).toEqual([expected]);
  });

  it.each([
    ["payments", "walk"],
    ["payments?limit=201", "walk"],
    ["payments?limit=200", "usual"],
    ["payments?payment_id=P-1", "usual"],
  ])("of GET /api/tables/%s as CSV is that of %s reads", async (path, expected) => {
    expect(await limitsOf(`/api/tables/${path}`, "text/csv")).toEqual([expected]);
  });

  it("is off without the setting, and without the binding", async () => {
    expect(await statuses(times(5, LIST), { ...env, TENANT_LIMIT: TEST_LIMIT })).toEqual(
      times(5, LIST).map(() => 200),
    );
    const { TENANT_LIMIT: _, ...unbound } = ON;
    expect(await statuses(times(5, LIST), unbound as Cloudflare.Env)).toEqual(times(5, LIST).map(() => 200));
  });

  it("counts no request without a valid token", async () => {
    const limited = { ...ON, TENANT_LIMIT: { limit: () => Promise.reject(new Error("asked")) } as RateLimit };
    expect((await app.request(LIST, {}, limited, context)).status).toBe(401);
  });

  it("lets requests through when the limiter fails", async () => {
    const failing = { limit: () => Promise.reject(new Error("away")) } as RateLimit;
    expect(await statuses(times(2, LIST), { ...ON, TENANT_LIMIT: failing })).toEqual([200, 200]);
  });
});
