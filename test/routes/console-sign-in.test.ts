import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { answerOf } from "../support/api.ts";
import { TEST_AUDIENCE, TEST_ISSUER } from "../support/auth-settings.ts";
import { send } from "../support/requests.ts";

const asked = async (path: string, settings: Readonly<Record<string, string>>) =>
  answerOf(await app.request(path, {}, { ...env, ...settings }, createExecutionContext()));

const connectSrc = (headers: Headers) =>
  headers
    .get("Content-Security-Policy")
    ?.split("; ")
    .find((directive) => directive.startsWith("connect-src"));

describe("the sign-in of the console", () => {
  it("is none without settings, and the page may call its own origin only", async () => {
    const { status, body } = await send("/console/sign-in");
    expect([status, body]).toEqual([200, { sign_in: null }]);
    expect(connectSrc((await send("/console")).headers)).toBe("connect-src 'self'");
  });

  it("names issuer, client, scopes and audience, and opens the issuer's origin to the page", async () => {
    const settings = { CONSOLE_OIDC_CLIENT_ID: "console", CONSOLE_OIDC_SCOPES: "openid records:read" };
    const { status, body } = await asked("/console/sign-in", settings);
    const sign_in = {
      issuer: TEST_ISSUER,
      client_id: "console",
      scope: "openid records:read",
      audience: TEST_AUDIENCE,
      resource: null,
    };
    expect([status, body]).toEqual([200, { sign_in }]);
    expect(connectSrc((await asked("/console", settings)).headers)).toBe(
      `connect-src 'self' ${new URL(TEST_ISSUER).origin}`,
    );
  });

  it("that is set up wrong is an error that names the code, and opens nothing", async () => {
    const settings = { CONSOLE_OIDC_SCOPES: "openid" };
    const { status, body } = await asked("/console/sign-in", settings);
    expect([status, body.code]).toEqual([500, "misconfigured"]);
    const page = await asked("/console", settings);
    expect([page.status, connectSrc(page.headers)]).toEqual([200, "connect-src 'self'"]);
  });
});
