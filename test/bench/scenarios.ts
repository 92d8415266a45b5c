import { importJWK, SignJWT } from "jose";
import { TEST_AUDIENCE, TEST_ISSUER, TEST_KEY_ID, TEST_PRIVATE_JWK } from "../support/auth-settings.ts";
import { individual } from "../support/examples.ts";
import { type Request, requestText } from "./load.ts";
import type { VariantName } from "./variants.ts";

export const TENANTS = 8;
export const MANY = 64;

async function token(tenant: string): Promise<string> {
  return new SignJWT({ tenant_id: tenant, sub: "bench", scope: "ingest:write records:read" })
    .setProtectedHeader({ alg: "ES256", kid: TEST_KEY_ID })
    .setIssuer(TEST_ISSUER)
    .setAudience(TEST_AUDIENCE)
    .setExpirationTime("6h")
    .sign(await importJWK(TEST_PRIVATE_JWK, "ES256"));
}

/** Tenants whose tokens the requests carry; tenant 0 is the one of all single-tenant scenarios. */
export const TOKENS = await Promise.all(Array.from({ length: TENANTS }, (_, n) => token(`bench-${n}`)));
export const BIG_TOKEN = await token("bench-big");

const bearer = (text: string | undefined) => ({ Authorization: `Bearer ${text}` });

export function create(id: string, bearerToken = TOKENS[0], status = 201): Request {
  const body = JSON.stringify({ category: "client", data: { ...individual, client_id: id } });
  const headers = {
    ...bearer(bearerToken),
    "Content-Type": "application/json",
    "Idempotency-Key": `bench-key-${id}`,
  };
  return { text: requestText("POST", "/ingest", headers, body), status };
}

export const duplicate = (id: string): Request => create(id, TOKENS[0], 200);

/** Three wrong fields. */
export function invalid(id: string): Request {
  const data = { ...individual, client_id: id, email: "nobody", country: "Atlantis", name: "" };
  const headers = {
    ...bearer(TOKENS[0]),
    "Content-Type": "application/json",
    "Idempotency-Key": `bench-key-${id}`,
  };
  const body = JSON.stringify({ category: "client", data });
  return { text: requestText("POST", "/ingest", headers, body), status: 400 };
}

/** A batch of clients as NDJSON. */
export function batch(id: string, lines: number): Request {
  const body = Array.from({ length: lines }, (_, n) => {
    const data = { ...individual, client_id: `${id}-${n}` };
    return JSON.stringify({ idempotency_key: `bench-key-${id}-${n}`, category: "client", data });
  }).join("\n");
  const headers = { ...bearer(TOKENS[0]), "Content-Type": "application/x-ndjson" };
  return { text: requestText("POST", "/ingest/batch", headers, body), status: 200 };
}

const path = (variant: VariantName) => (variant === "ours" ? "/api/tables/clients" : "/clients");

export function lookup(variant: VariantName, id: string, bearerToken = TOKENS[0]): Request {
  return { text: requestText("GET", `${path(variant)}/${id}`, bearer(bearerToken)), status: 200 };
}

/** The newest 50. */
export function list(variant: VariantName, bearerToken = TOKENS[0]): Request {
  return { text: requestText("GET", path(variant), bearer(bearerToken)), status: 200 };
}
