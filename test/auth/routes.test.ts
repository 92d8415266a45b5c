import { generateKeyPair, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { ALL_SCOPES, type Answer } from "../support/api.ts";
import { send } from "../support/requests.ts";
import { mintToken, TEST_AUDIENCE, TEST_ISSUER, TEST_KEY_ID, tokenPart } from "../support/tokens.ts";
import {
  AUTHENTICATED_ROUTES,
  type AuthenticatedRoute,
  ROUTES_OF_ANY_TOKEN,
  requestFor,
} from "./authenticated-routes.ts";

const PUBLIC_PATH = /^\/($|(v1\/health|problems|console|docs|openapi\.json|schemas|\.well-known)(\/|$))/;
const LOOKUP_TABLE = /^\/api\/tables\/[a-z_]+/;

const claims = { iss: TEST_ISSUER, aud: TEST_AUDIENCE, tenant_id: "tenant-1", exp: 4102444800 };

/** Signed by a stranger, under the kid of the issuer's key. */
async function forged(): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256");
  return new SignJWT({ ...claims, scope: ALL_SCOPES })
    .setProtectedHeader({ alg: "ES256", kid: TEST_KEY_ID })
    .sign(privateKey);
}

const unsigned = (alg: string, signature: string): string =>
  `${tokenPart({ alg, kid: TEST_KEY_ID })}.${tokenPart({ ...claims, scope: ALL_SCOPES })}.${signature}`;

const withClaims = (changed: Record<string, unknown>) => mintToken({ scope: ALL_SCOPES, claims: changed });

/** A token that grants everything, save for the one thing that is wrong with it. */
const BAD_TOKENS: readonly (readonly [string, () => string | Promise<string>])[] = [
  ["an expired token", () => mintToken({ scope: ALL_SCOPES, expiresInS: -3600 })],
  ["a token that begins in an hour", () => withClaims({ nbf: Math.floor(Date.now() / 1000) + 3600 })],
  ["a token that never ends", () => withClaims({ exp: undefined })],
  ["a token for another audience", () => withClaims({ aud: "other" })],
  ["a token of another issuer", () => withClaims({ iss: "https://evil.test" })],
  ["a token without a tenant", () => withClaims({ tenant_id: undefined })],
  ["a token with a malformed tenant", () => withClaims({ tenant_id: "../tenant-1" })],
  ["a token with a stranger's signature", forged],
  ["a token of an unknown key", () => mintToken({ scope: ALL_SCOPES, header: { kid: "gone" } })],
  ["an unsigned token", () => unsigned("none", "")],
  ["an unsigned token with something for a signature", () => unsigned("none", "AAAA")],
  ["a token under HMAC", () => unsigned("HS256", "AAAA")],
  [
    "a token with white space inside",
    async () => (await mintToken({ scope: ALL_SCOPES })).replace(".", " ."),
  ],
  ["a token over 8 KiB", () => withClaims({ padding: "x".repeat(8192) })],
  ["three parts of garbage", () => "a.b.c"],
];

/** The body without what must differ from request to request. */
function lasting(answer: Answer): unknown {
  const { trace_id, ...rest } = answer.body;
  expect(trace_id).toMatch(/^[0-9a-f]{32}$/);
  return rest;
}

const everyOtherScope = ({ scope, wider = [] }: AuthenticatedRoute): string =>
  ALL_SCOPES.split(" ")
    .filter((other) => ![scope, ...wider].some((allowed) => allowed === other))
    .join(" ");

const named = AUTHENTICATED_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);

describe.each(named)("%s", (_, route: AuthenticatedRoute) => {
  const ask = (authorization?: string) => send(route.path, requestFor(route, authorization));

  it("answers 401 missing_token without a token", async () => {
    for (const authorization of [undefined, "Basic dXNlcjpwYXNz", "Bearer"]) {
      const answer = await ask(authorization);
      expect([answer.status, answer.body.code]).toEqual([401, "missing_token"]);
      expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
    }
  });

  it("answers every invalid token with the same 401 invalid_token", async () => {
    const reference = await ask("Bearer not.a.token");
    expect([reference.status, reference.body.code]).toEqual([401, "invalid_token"]);
    for (const [flaw, mint] of BAD_TOKENS) {
      const answer = await ask(`Bearer ${await mint()}`);
      expect(answer.status, flaw).toBe(401);
      expect(lasting(answer), flaw).toEqual(lasting(reference));
      expect(answer.headers.get("WWW-Authenticate"), flaw).toBe('Bearer error="invalid_token"');
    }
  });

  it(`answers 403 and names ${route.scope} when the token lacks it, regardless of its other scopes`, async () => {
    const [resource] = route.scope.split(":");
    const lacking = [
      "",
      everyOtherScope(route),
      `${route.scope}s ${resource} ${resource}:* * ${route.scope.toUpperCase()}`,
      route.scope.replace(":", " "),
    ];
    for (const scope of lacking) {
      const answer = await ask(`Bearer ${await mintToken({ scope })}`);
      expect([answer.status, answer.body.code], scope).toEqual([403, "insufficient_scope"]);
      expect(answer.body.detail).toContain(` ${route.scope},`);
      expect(answer.headers.get("WWW-Authenticate")).toBe(
        `Bearer error="insufficient_scope", scope="${route.scope}"`,
      );
    }
  });

  const needed = [route.scope, ...(route.also ?? [])].join(" ");

  it.each(["scope", "scp"])(`accepts a token that grants only ${needed} in %s`, async (claim) => {
    const token = await mintToken({ claims: { scope: undefined, [claim]: needed } });
    const answer = await ask(`Bearer ${token}`);
    expect([401, 403]).not.toContain(answer.status);
    expect(answer.status).toBeLessThan(500);
  });
});

it.each(ROUTES_OF_ANY_TOKEN)(
  "$method $pattern takes any valid token, and no other",
  async ({ method, pattern }) => {
    const token = await mintToken({ claims: { scope: "records:read" } });
    const answer = (authorization: string) =>
      send(pattern, { method, headers: { Authorization: authorization } });
    expect([200, 404]).toContain((await answer(`Bearer ${token}`)).status);
    expect((await answer("Bearer garbage")).status).toBe(401);
  },
);

it("the table of authenticated routes is complete: any other route of the application is public", () => {
  const registered = app.routes
    .filter(({ method, path }) => method !== "ALL" && !path.endsWith("/*") && !PUBLIC_PATH.test(path))
    .map(({ method, path }) => `${method} ${path.replace(LOOKUP_TABLE, "/api/tables/:table")}`);
  const tested = [...AUTHENTICATED_ROUTES, ...ROUTES_OF_ANY_TOKEN].map(
    ({ method, pattern }) => `${method} ${pattern}`,
  );
  expect([...new Set(registered)].sort()).toEqual([...tested].sort());
});

it.each(["/v1/health/live", "/v1/health/ready", "/problems", "/problems/invalid_token"])(
  "%s needs no token, and ignores an invalid one",
  async (path) => {
    expect((await send(path)).status).toBe(200);
    expect((await send(path, { headers: { Authorization: "Bearer garbage" } })).status).toBe(200);
  },
);
