import { describe, expect, it } from "vitest";
import { parseAuthConfig } from "../../src/config/auth.ts";
import { readSignIn } from "../../src/config/sign-in.ts";

const listed = (...names: readonly string[]) =>
  JSON.stringify(
    names.map((issuer) => ({ issuer, audience: "ledger", jwks_url: "https://keys.example/jwks" })),
  );

/** Reads the settings beside those of the issuers. */
function read(settings: Readonly<Record<string, unknown>>, issuers = listed("https://id.example/")) {
  const auth = parseAuthConfig({ AUTH_ISSUERS: issuers });
  if (!auth.ok) throw new Error(auth.error.reason);
  return readSignIn(settings, auth.value.issuers);
}

const faultOf = (...asked: Parameters<typeof read>) => {
  const found = read(...asked);
  return found.ok ? null : [found.error.setting, found.error.reason];
};

describe("the settings of the console's sign-in", () => {
  it.each([{}, { CONSOLE_OIDC_CLIENT_ID: " ", CONSOLE_OIDC_SCOPES: "" }])("%j: there is none", (settings) => {
    expect(read(settings)).toEqual({ ok: true, value: null });
  });

  it("need the client only, where there is one issuer", () => {
    expect(read({ CONSOLE_OIDC_CLIENT_ID: "console" })).toEqual({
      ok: true,
      value: {
        issuer: "https://id.example/",
        client_id: "console",
        scope: "openid",
        audience: "ledger",
        resource: null,
      },
    });
  });

  it("name one of several issuers, scopes and the resource", () => {
    const settings = {
      CONSOLE_OIDC_CLIENT_ID: "console",
      CONSOLE_OIDC_SCOPES: "openid  records:read",
      CONSOLE_OIDC_ISSUER: "https://b.example",
      CONSOLE_OIDC_RESOURCE: "https://ledger.example",
    };
    expect(read(settings, listed("https://a.example", "https://b.example"))).toMatchObject({
      value: {
        issuer: "https://b.example",
        scope: "openid records:read",
        resource: "https://ledger.example",
      },
    });
  });

  it.each([
    [{ CONSOLE_OIDC_SCOPES: "openid" }, undefined, "CONSOLE_OIDC_CLIENT_ID is missing"],
    [{ CONSOLE_OIDC_CLIENT_ID: " x" }, undefined, "CONSOLE_OIDC_CLIENT_ID must be text that neither"],
    [{ CONSOLE_OIDC_CLIENT_ID: 7 }, undefined, "CONSOLE_OIDC_CLIENT_ID must be text that neither"],
    [
      { CONSOLE_OIDC_CLIENT_ID: "x" },
      listed("https://a.example", "https://b.example"),
      "CONSOLE_OIDC_ISSUER must name one",
    ],
    [
      { CONSOLE_OIDC_CLIENT_ID: "x", CONSOLE_OIDC_ISSUER: "https://c.example" },
      undefined,
      "CONSOLE_OIDC_ISSUER must be an issuer whose tokens are taken",
    ],
    ...["not a URL", "http://id.example", "https://id.example/?x=1", "https://user@id.example"].map(
      (issuer) =>
        [
          { CONSOLE_OIDC_CLIENT_ID: "x" },
          listed(issuer),
          "CONSOLE_OIDC_ISSUER must be an https URL",
        ] as const,
    ),
  ] as const)("%j: refused with the setting's name", (settings, issuers, fault) => {
    expect(faultOf(settings, issuers)?.join(" ")).toContain(fault);
  });

  it("may name an issuer on loopback for a local test", () => {
    expect(read({ CONSOLE_OIDC_CLIENT_ID: "x" }, listed("http://127.0.0.1:4000"))).toMatchObject({
      ok: true,
    });
  });
});
