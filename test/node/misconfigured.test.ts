import { beforeAll, expect, onTestFinished, test } from "vitest";
import { AUTHENTICATED_ROUTES, requestFor } from "../auth/authenticated-routes.ts";
import { TEST_AUTH_BINDINGS, TEST_PRIVATE_JWK } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { mintToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";

let script: string;
beforeAll(async () => {
  script = await buildWorker();
});

const SECRET = "hunter2";
const { AUTH_ISSUER, AUTH_AUDIENCE } = TEST_AUTH_BINDINGS;
const url = (text: string) => ({ AUTH_ISSUER, AUTH_AUDIENCE, AUTH_JWKS_URL: text });

/** Settings that do not do, and the one that the log must name; test/config/auth.test.ts has all of them. */
const FAULTY: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ["only an issuer", { AUTH_ISSUER }, "AUTH_AUDIENCE"],
  ["a password in the address", url(`https://me:${SECRET}@issuer.test/jwks`), "AUTH_JWKS_URL"],
  [
    "a private key",
    { ...TEST_AUTH_BINDINGS, AUTH_JWKS: JSON.stringify({ keys: [TEST_PRIVATE_JWK] }) },
    "AUTH_JWKS",
  ],
  [
    "an endless tolerance",
    { ...TEST_AUTH_BINDINGS, AUTH_CLOCK_TOLERANCE_S: `1e9${SECRET}` },
    "AUTH_CLOCK_TOLERANCE_S",
  ],
];

const ALLOWED_ALL = AUTHENTICATED_ROUTES.map(({ scope }) => scope).join(" ");

interface LogEntry {
  readonly message?: string;
  readonly setting?: string;
}

test.each(FAULTY)(
  "a worker with %s lets nobody through and logs only the setting's name",
  async (_, bindings, setting) => {
    const lines: string[] = [];
    const miniflare = await startBuiltWorker(script, { bindings, onLog: (line) => lines.push(line) });
    onTestFinished(() => miniflare.dispose());
    const base = await miniflare.ready;
    const token = await mintToken({ scope: ALLOWED_ALL });
    const ask = async (route: (typeof AUTHENTICATED_ROUTES)[number]) => {
      for (const authorization of [undefined, `Bearer ${token}`]) {
        const response = await fetch(new URL(route.path, base).href, requestFor(route, authorization));
        const body = (await response.json()) as { code: string };
        expect([response.status, body.code], `${route.method} ${route.path}`).toEqual([500, "misconfigured"]);
        expect(JSON.stringify(body)).not.toMatch(/AUTH_/);
      }
    };
    await Promise.all(AUTHENTICATED_ROUTES.map(ask));
    for (const path of ["/v1/health/live", "/v1/health/ready", "/problems", "/problems/misconfigured"]) {
      const response = await fetch(new URL(path, base).href);
      await response.arrayBuffer();
      expect(response.status, path).toBe(200);
    }
    const named = () =>
      lines
        .map((line) => JSON.parse(line) as LogEntry)
        .filter(({ message }) => message === "misconfigured")
        .map((entry) => entry.setting);
    const expected = AUTHENTICATED_ROUTES.flatMap(() => [setting, setting]);
    await until(() => named().length >= expected.length);
    expect(named()).toEqual(expected);
    const log = lines.join("\n");
    for (const secret of [SECRET, TEST_PRIVATE_JWK.d, TEST_PRIVATE_JWK.x, "issuer.test", token]) {
      expect(log).not.toContain(secret);
    }
  },
);
