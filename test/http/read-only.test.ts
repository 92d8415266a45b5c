import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { type ApiRoute, isWrite } from "../../src/contract/routes/route.ts";
import { ROUTES } from "../../src/contract/routes.ts";
import { AUTHENTICATED_ROUTES, requestFor } from "../auth/authenticated-routes.ts";
import { ALL_SCOPES, Api, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { eventsOf } from "../support/gate.ts";
import { mintToken } from "../support/tokens.ts";

const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };

/** The service while the operator has stopped writes. */
const readOnly = (tenant: string, setting = "true") =>
  new Api(tenant, undefined, (async (input: RequestInfo, init?: RequestInit) =>
    app.fetch(new Request(input, init), { ...env, READ_ONLY: setting }, context as never)) as never);

const writes = Object.values<ApiRoute>(ROUTES)
  .filter((route) => route.scope !== null && isWrite(route))
  .map(({ method, path }) => `${method} ${path}`);

describe("while READ_ONLY is true", () => {
  it.each(
    AUTHENTICATED_ROUTES.filter(({ method }) => method !== "GET").map(
      (route) => [`${route.method} ${route.pattern.replace(/:(\w+)/g, "{$1}")}`, route] as const,
    ),
  )("%s is refused, unless it stores nothing", async (name, route) => {
    const token = await mintToken({ tenant: newTenant(), scope: ALL_SCOPES });
    const request = new Request(`http://ledger.test${route.path}`, requestFor(route, `Bearer ${token}`));
    const answer = await app.fetch(request, { ...env, READ_ONLY: "true" }, context as never);
    const { code } = (await answer.json()) as { code: string };
    expect(code === "read_only").toBe(writes.includes(name));
    if (code === "read_only") expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "60"]);
  });

  it("the token is checked before, and everything else after", async () => {
    const { tenant } = new Api();
    const post = (scope: string) =>
      mintToken({ tenant, scope }).then((token) =>
        app.fetch(
          new Request("http://ledger.test/ingest", {
            method: "POST",
            headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
            body: "{",
          }),
          { ...env, READ_ONLY: "true" },
          context as never,
        ),
      );
    expect([(await post("records:read")).status, (await post("ingest:write")).status]).toEqual([403, 503]);
  });

  it("reads go on, nothing is stored, and the same request is accepted afterwards", async () => {
    const { tenant } = new Api();
    const key = "key-of-a-retry";
    expect((await readOnly(tenant).ingest("client", individual, key)).body.code).toBe("read_only");
    expect((await readOnly(tenant).get("/api/tables/clients")).body.data).toEqual([]);
    expect(await eventsOf(tenant)).toEqual([]);
    expect((await readOnly(tenant, "false").ingest("client", individual, key)).status).toBe(201);
  });
});
