import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import type { Page } from "playwright-core";
import { READS } from "./service.ts";

const AUDIENCE = "https://ledger.example.com";
const CLIENT = "console";
export const TOKEN_LIFE_S = 600;

/** A real issuer on loopback, with pages where a reader signs in. */
export interface TestIssuer {
  readonly issuer: string;
  /** The settings of a service that takes its tokens and signs readers of the console in there. */
  readonly settings: Readonly<Record<string, string>>;
  /** Begins to serve, once it is known where the console is. */
  readonly serve: (consoleOrigin: string, tenant: string) => Promise<void>;
  readonly close: () => void;
}

export async function startIssuer(): Promise<TestIssuer> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return {
    issuer,
    settings: {
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: `${issuer}/jwks`,
      AUTH_JWKS: "",
      CONSOLE_OIDC_CLIENT_ID: CLIENT,
      CONSOLE_OIDC_SCOPES: `openid offline_access ${READS}`,
      CONSOLE_OIDC_RESOURCE: AUDIENCE,
    },
    serve: async (consoleOrigin, tenant) => {
      const provider = new Provider(issuer, await configuration(`${consoleOrigin}/console`, tenant));
      server.on("request", provider.callback());
    },
    close: () => void server.close(),
  };
}

async function configuration(redirect: string, tenant_id: string) {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: "k1", use: "sig", alg: "RS256" };
  const resource = {
    scope: READS,
    audience: AUDIENCE,
    accessTokenFormat: "jwt",
    accessTokenTTL: TOKEN_LIFE_S,
    jwt: { sign: { alg: "RS256" } },
  };
  return {
    clients: [
      {
        client_id: CLIENT,
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        redirect_uris: [redirect],
        response_types: ["code"],
      },
    ],
    clientBasedCORS: () => true,
    jwks: { keys: [key] },
    scopes: ["openid", "offline_access"],
    features: { resourceIndicators: { enabled: true, getResourceServerInfo: () => resource } },
    formats: {
      customizers: {
        jwt: (_context: unknown, _token: unknown, parts: { payload: object }) => {
          parts.payload = { ...parts.payload, tenant_id };
        },
      },
    },
  };
}

/** What a reader does at the issuer: a name, a password, and consent. */
export async function signInAs(page: Page, name: string): Promise<void> {
  await page.locator("input[name=login]").fill(name);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: /continue/i }).click();
}
