import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
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
