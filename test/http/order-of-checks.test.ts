import { describe, expect, it } from "vitest";
import { Api, newKey, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { send } from "../support/requests.ts";
import { mintToken } from "../support/tokens.ts";

/** Each fault that `POST /ingest` can find, in the order that docs/api.md#errors promises, and its answer. */
const FAULTS = [
  ["method", 405, "method_not_allowed"],
  ["mediaType", 415, "unsupported_media_type"],
  ["size", 413, "payload_too_large"],
  ["noToken", 401, "missing_token"],
  ["badToken", 401, "invalid_token"],
  ["scope", 403, "insufficient_scope"],
  ["query", 400, "invalid_query"],
  ["noKey", 400, "missing_idempotency_key"],
  ["badKey", 400, "invalid_idempotency_key"],
  ["json", 400, "malformed_json"],
  ["schema", 400, "validation_error"],
  ["category", 400, "unsupported_category"],
  ["mismatch", 422, "idempotency_mismatch"],
  ["state", 409, "already_exists"],
] as const;

type Fault = (typeof FAULTS)[number][0];

/** Of these only one can be wrong at a time. */
const EXCLUSIVE: readonly (readonly Fault[])[] = [
  ["noToken", "badToken"],
  ["noKey", "badKey"],
  ["json", "schema", "category"],
  ["noToken", "scope"],
  ["badToken", "scope"],
  ["noKey", "mismatch"],
  ["badKey", "mismatch"],
];

const USED_KEY = "the-used-key";

function bodyOf(faults: ReadonlySet<Fault>): string {
  const event = {
    category: "client",
    data: { ...individual, name: faults.has("mismatch") ? "Other" : "John" },
  };
  if (faults.has("schema")) return JSON.stringify({ ...event, data: { ...event.data, email: "nope" } });
  if (faults.has("category")) return JSON.stringify({ ...event, category: "loan" });
  return faults.has("json") ? `${JSON.stringify(event)},` : JSON.stringify(event);
}

/** Sends a request with these faults and no others, for a tenant that has the client already. */
async function sendWith(faults: ReadonlySet<Fault>) {
  const tenant = newTenant();
  await new Api(tenant).post(
    "/ingest",
    { category: "client", data: { ...individual, name: "First" } },
    USED_KEY,
  );
  const scope = faults.has("scope") ? "records:read" : "ingest:write";
  const token = faults.has("badToken") ? "not.a.token" : await mintToken({ tenant, scope });
  const headers = new Headers({
    "Content-Type": faults.has("mediaType") ? "text/plain" : "application/json",
    Authorization: `Bearer ${token}`,
    "Idempotency-Key": faults.has("badKey") ? "short" : faults.has("mismatch") ? USED_KEY : newKey(),
  });
  if (faults.has("noToken")) headers.delete("Authorization");
  if (faults.has("noKey")) headers.delete("Idempotency-Key");
  const padding = faults.has("size") ? " ".repeat(64 * 1024) : "";
  const method = faults.has("method") ? "PUT" : "POST";
  const path = faults.has("query") ? "/ingest?x=1" : "/ingest";
  return send(path, { method, headers, body: bodyOf(faults) + padding });
}

const together = (faults: readonly Fault[]) =>
  EXCLUSIVE.every((group) => group.filter((fault) => faults.includes(fault)).length < 2);

const pairs = FAULTS.flatMap(([first, status, code], index) =>
  FAULTS.slice(index + 1)
    .filter(([second]) => together([first, second]))
    .map(([second]) => [first, second, status, code] as const),
);

describe("the order of checks on POST /ingest", () => {
  it.each(FAULTS)("%s alone answers %d %s", async (fault, status, code) => {
    const answer = await sendWith(new Set([fault]));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it.each(pairs)("%s goes before %s", async (first, second, status, code) => {
    const answer = await sendWith(new Set<Fault>([first, second]));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it("peels off one fault after the other from a request that has them all", async () => {
    const all: Fault[] = ["method", "mediaType", "size", "noToken", "noKey", "json", "state"];
    const seen: string[] = [];
    for (let from = 0; from < all.length; from += 1) {
      seen.push((await sendWith(new Set(all.slice(from)))).body.code);
    }
    expect(seen).toEqual(all.map((fault) => FAULTS.find(([name]) => name === fault)?.[2]));
  });

  it("a rule between the fields of a new record goes before mismatch, as the rest of the schema", async () => {
    const api = new Api();
    const key = newKey();
    await api.ingest("client", individual, key);
    const answer = await api.ingest("client", { ...individual, client_id: "C-9", gender: "company" }, key);
    expect([answer.status, answer.body.code]).toEqual([400, "validation_error"]);
  });

  it.each(["x=1", "=1", "=", "__proto__=1", "Idempotency-Key=abcdefgh"])(
    "a POST takes no query: ?%s",
    async (query) => {
      for (const path of ["/ingest", "/v1/disbursements", "/v1/reversals"]) {
        const answer = await new Api().post(`${path}?${query}`, {});
        expect([answer.status, answer.body.code]).toEqual([400, "invalid_query"]);
      }
    },
  );

  it("a question mark with nothing after it is no query", async () => {
    const event = { category: "client", data: individual };
    expect((await new Api().post("/ingest?", event)).status).toBe(201);
  });

  it.each(["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "%s is not allowed, and Allow names the allowed methods",
    async (method) => {
      const answer = await send("/ingest", { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get("Allow")).toBe("POST");
    },
  );

  it.each([
    "/nope",
    "/ingest/",
    "/ingest/x",
    "/INGEST",
    "/v1",
    "/api",
    "/v1/loans/x/nothing",
    "/api/tables/a/b/c",
  ])("there is no route %s", async (path) => {
    const answer = await send(path, { method: "POST" });
    expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
  });
});

/** What is wrong with a `PUT /v1/bank-balances/{bank_account_ref}`, in the order in which it is told. */
const PUT_FAULTS = [
  ["mediaType", 415, "unsupported_media_type"],
  ["size", 413, "payload_too_large"],
  ["noToken", 401, "missing_token"],
  ["scope", 403, "insufficient_scope"],
  ["query", 400, "invalid_query"],
  ["noKey", 400, "missing_idempotency_key"],
  ["json", 400, "malformed_json"],
  ["schema", 400, "validation_error"],
  ["mismatch", 422, "idempotency_mismatch"],
] as const;

/** Sends a bank's balance with these faults, for a tenant that has used the key already. */
async function putWith(faults: readonly (typeof PUT_FAULTS)[number][0][]) {
  const has = (fault: (typeof PUT_FAULTS)[number][0]) => faults.includes(fault);
  const tenant = newTenant();
  const balance = { as_of_date: "2024-01-10", currency: "USD", closing_balance_minor: "1" };
  const put = async (query: string, scope: string, text: string, change: (headers: Headers) => void) => {
    const token = await mintToken({ tenant, scope });
    const headers = new Headers({
      "Content-Type": "application/json",
      Authorization: `Bearer ${token}`,
      "Idempotency-Key": USED_KEY,
    });
    change(headers);
    return send(`/v1/bank-balances/main${query}`, { method: "PUT", headers, body: text });
  };
  const first = await put("", "hpts:reconciliation:write", JSON.stringify(balance), () => {});
  expect(first.status, first.text).toBe(200);
  const closing_balance_minor = has("schema") ? 5 : has("mismatch") ? "2" : "1";
  const body = JSON.stringify({ ...balance, closing_balance_minor });
  const text = `${body}${has("json") ? "," : ""}${has("size") ? " ".repeat(64 * 1024) : ""}`;
  const scope = has("scope") ? "records:read" : "hpts:reconciliation:write";
  return put(has("query") ? "?x=1" : "", scope, text, (headers) => {
    if (has("mediaType")) headers.set("Content-Type", "text/plain");
    if (has("noToken")) headers.delete("Authorization");
    if (has("noKey")) headers.delete("Idempotency-Key");
  });
}

describe("the order of checks on PUT /v1/bank-balances/{bank_account_ref}", () => {
  it.each(PUT_FAULTS)("%s alone answers %d %s", async (fault, status, code) => {
    const answer = await putWith([fault]);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it("peels off one fault after the other from a request that has them all", async () => {
    const all = PUT_FAULTS.map(([fault]) => fault);
    const seen: string[] = [];
    for (const from of all.keys()) seen.push((await putWith(all.slice(from))).body.code);
    expect(seen).toEqual(PUT_FAULTS.map(([, , code]) => code));
  });

  it("accepts only PUT", async () => {
    const answer = await send("/v1/bank-balances/main", { method: "POST" });
    expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "PUT"]);
  });
});

describe("Idempotency-Key", () => {
  const valid = [
    "12345678",
    "A.b_c:d-e",
    "payment:loan_42:proc_txn_abc123",
    "k".repeat(255),
    crypto.randomUUID(),
  ];
  it.each(valid)("takes %s", async (key) => {
    expect((await new Api().ingest("client", individual, key)).status).toBe(201);
  });

  it.each([
    "",
    "1234567",
    "k".repeat(256),
    "-2345678",
    ".2345678",
    "key with space",
    "key/12345",
    "key,12345",
  ])("refuses %j", async (key) => {
    const answer = await new Api().ingest("client", individual, key);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toMatch(
      key === "" ? /^(missing|invalid)_idempotency_key$/ : /^invalid_idempotency_key$/,
    );
  });
});
