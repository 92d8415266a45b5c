import { importJWK, SignJWT } from "jose";
import { TEST_AUDIENCE, TEST_ISSUER, TEST_KEY_ID, TEST_PRIVATE_JWK } from "../support/auth-settings.ts";
import { individual, loan, payment } from "../support/examples.ts";

/** Stands in a text for its number: a request has its length whichever number it gets. */
export const NUMBER = "############";

/** Requests of one kind as they go over the wire. */
export interface Requests {
  /** Sent in turn, NUMBER counted up. */
  readonly texts: readonly string[];
  readonly status: number;
  /** Numbers start anew after this one; without it each is new. */
  readonly known?: number;
  /** Events that a request stands for. */
  readonly size?: number;
}

export const TENANTS = 8;
export const MANY = 64;
/** Clients that are stored before anything is measured. */
export const KNOWN = 1_000;

export async function tokenOf(tenant: string): Promise<string> {
  const scope = "ingest:write records:read hpts:disbursements:write";
  return new SignJWT({ tenant_id: tenant, sub: "bench", scope })
    .setProtectedHeader({ alg: "ES256", kid: TEST_KEY_ID })
    .setIssuer(TEST_ISSUER)
    .setAudience(TEST_AUDIENCE)
    .setExpirationTime("6h")
    .sign(await importJWK(TEST_PRIVATE_JWK, "ES256"));
}

/** Tokens of the tenants. Tenant 0 is the one of all scenarios with a single tenant. */
export const TOKENS = await Promise.all(Array.from({ length: TENANTS }, (_, n) => tokenOf(`bench-${n}`)));
const [FIRST = ""] = TOKENS;
/** Tenants with a million records and with a thousand. */
export const BIG_TENANT = "bench-big";
export const BIG_TOKEN = await tokenOf(BIG_TENANT);
export const SMALL_TOKEN = await tokenOf("bench-small");

/** An HTTP/1.1 request that keeps its connection. */
function requestText(method: string, path: string, headers: Readonly<Record<string, string>>, body = "") {
  const all = {
    Host: "bench.test",
    ...headers,
    ...(body && { "Content-Length": String(Buffer.byteLength(body)) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

function post(path: string, body: unknown, bearer = FIRST): string {
  const headers = {
    Authorization: `Bearer ${bearer}`,
    "Content-Type": "application/json",
    "Idempotency-Key": `bench-key-${NUMBER}`,
  };
  return requestText("POST", path, headers, JSON.stringify(body));
}

const ingest = (category: string, data: object, bearer?: string) =>
  post("/ingest", { category, data }, bearer);
const get = (path: string, bearer = FIRST): Requests => ({
  texts: [requestText("GET", path, { Authorization: `Bearer ${bearer}` })],
  status: 200,
});

const client = { ...individual, client_id: `c${NUMBER}` };

/** Creates by each of the tokens in turn. */
export const creates = (...bearers: readonly string[]): Requests => ({
  texts: (bearers.length > 0 ? bearers : [FIRST]).map((bearer) => ingest("client", client, bearer)),
  status: 201,
});

/** The clients that all reads and duplicates are about. */
export const known = (bearer = FIRST): Requests => ({ ...creates(bearer), known: KNOWN });
export const duplicates: Requests = { ...known(), status: 200 };

/** Three wrong fields. */
export const invalid: Requests = {
  texts: [ingest("client", { ...client, email: "john.doe", phone: "1234567890", country: "USA" })],
  status: 400,
};

const FIRST_CLIENT = `c${"0".repeat(NUMBER.length)}`;

/** The loan of the payments, by the first of the known clients. */
export const theLoan: Requests = {
  texts: [ingest("disbursement", { ...loan, client_id: FIRST_CLIENT })],
  status: 201,
};
export const loans: Requests = {
  texts: [ingest("disbursement", { ...loan, client_id: FIRST_CLIENT, disbursement_id: `l${NUMBER}` })],
  status: 201,
};
export const payments: Requests = {
  texts: [
    ingest("payment", {
      ...payment,
      payment_id: `p${NUMBER}`,
      payment_principal: 400.01,
      installment_number: 1,
    }),
  ],
  status: 201,
};

export const ledgerDisbursements: Requests = {
  texts: [
    post("/v1/disbursements", {
      loan_id: `11111111-1111-4111-8111-${NUMBER}`,
      borrower_id: "22222222-2222-4222-8222-222222222222",
      amount_minor: "10000000",
      currency: "USD",
      effective_at: "2024-10-20",
      method: "ach",
      destination_ref: "ACCT-1",
    }),
  ],
  status: 201,
};

/** Batches of clients as NDJSON. */
export function batches(size: number): Requests {
  const lines = Array.from({ length: size }, (_, n) => {
    const data = { ...individual, client_id: `c${NUMBER}-${n}` };
    return JSON.stringify({ idempotency_key: `bench-key-${NUMBER}-${n}`, category: "client", data });
  });
  const headers = { Authorization: `Bearer ${FIRST}`, "Content-Type": "application/x-ndjson" };
  return { texts: [requestText("POST", "/ingest/batch", headers, lines.join("\n"))], status: 200, size };
}

export const lookups = (bearer?: string, letter = "c", count = KNOWN): Requests => ({
  ...get(`/api/tables/clients/${letter}${NUMBER}`, bearer),
  known: count,
});

/** The newest 50. */
export const lists = (bearer?: string): Requests => get("/api/tables/clients?limit=50", bearer);
