import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { ALL_SCOPES, Api, newKey, newTenant } from "../support/api.ts";
import { send } from "../support/requests.ts";
import { mintToken } from "../support/tokens.ts";
import { disburse, disbursed, disbursement, LOAN, refusalOf, reverse } from "./post.ts";
import { accountSums } from "./read-books.ts";

const NOBODY = "01a1fa75-1084-7242-984d-ed0000000001";

const READS = [
  [`/v1/journal-entries/${NOBODY}`, "hpts:ledger:read"],
  ["/v1/journal-entries?format=hledger", "hpts:ledger:read"],
  [`/v1/loans/${LOAN}/journal-entries`, "hpts:ledger:read"],
  [`/v1/loans/${LOAN}/balance`, "hpts:balances:read"],
  ["/v1/accounts/1100/balance?currency=USD", "hpts:balances:read"],
] as const;

const WRITES = [
  ["/v1/disbursements", "hpts:disbursements:write", disbursement],
  ["/v1/reversals", "hpts:reversals:write", { reverses_entry_id: NOBODY, reason_code: "other" }],
] as const;

const allBut = (scope: string) =>
  ALL_SCOPES.split(" ")
    .filter((one) => one !== scope)
    .join(" ");

describe("scopes and tokens", () => {
  it.each(READS)("GET %s needs %s", async (path, scope) => {
    const refused = await new Api(newTenant(), allBut(scope)).get(path);
    expect(refusalOf(refused)).toEqual([403, "insufficient_scope"]);
    expect(refused.body.detail).toContain(scope);
    expect(refused.headers.get("WWW-Authenticate")).toContain(`scope="${scope}"`);
    expect((await new Api(newTenant(), scope).get(path)).status).not.toBe(403);
    for (const method of ["GET", "HEAD"]) {
      const nobody = await send(path, { method });
      expect([nobody.status, nobody.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    }
  });

  it.each(WRITES)("POST %s needs %s", async (path, scope, body) => {
    const refused = await new Api(newTenant(), allBut(scope)).post(path, body);
    expect(refusalOf(refused)).toEqual([403, "insufficient_scope"]);
    expect(refused.body.detail).toContain(scope);
    expect((await new Api(newTenant(), scope).post(path, body)).status).not.toBe(403);
    const headers = { "Content-Type": "application/json", "Idempotency-Key": newKey() };
    const nobody = await send(path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(refusalOf(nobody)).toEqual([401, "missing_token"]);
  });
});

describe("methods", () => {
  it.each(["/v1/disbursements", "/v1/reversals"])("%s answers only POST", async (path) => {
    for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const answer = await send(path, { method });
      expect([method, answer.status, answer.headers.get("Allow")]).toEqual([method, 405, "POST"]);
    }
  });

  it.each(READS)("%s answers only GET and HEAD", async (path) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const answer = await send(path, { method });
      expect([method, answer.status, answer.headers.get("Allow")]).toEqual([method, 405, "GET, HEAD"]);
    }
  });
});

const FAULTS = [
  ["mediaType", 415, "unsupported_media_type"],
  ["size", 413, "payload_too_large"],
  ["token", 401, "invalid_token"],
  ["scope", 403, "insufficient_scope"],
  ["key", 400, "invalid_idempotency_key"],
  ["json", 400, "malformed_json"],
  ["schema", 400, "validation_error"],
  ["mismatch", 422, "idempotency_mismatch"],
  ["state", 404, "not_found"],
] as const;

type Fault = (typeof FAULTS)[number][0];

/** A reversal with these faults, for a tenant that has an entry and a used key. */
async function reversalWith(faults: ReadonlySet<Fault>) {
  const tenant = newTenant();
  const api = new Api(tenant);
  const used = newKey();
  const id = (await disburse(api, {}, used)).body.journal_entry_id;
  const scope = faults.has("scope") ? allBut("hpts:reversals:write") : ALL_SCOPES;
  const token = faults.has("token") ? "not.a.token" : await mintToken({ tenant, scope });
  const key = faults.has("key") ? "short" : faults.has("mismatch") ? used : newKey();
  const body = JSON.stringify({
    reverses_entry_id: faults.has("state") ? NOBODY : id,
    reason_code: faults.has("schema") ? "regret" : "other",
  });
  return send("/v1/reversals", {
    method: "POST",
    headers: {
      "Content-Type": faults.has("mediaType") ? "text/plain" : "application/json",
      Authorization: `Bearer ${token}`,
      "Idempotency-Key": key,
    },
    body: `${faults.has("json") ? "{" : ""}${body}${faults.has("size") ? " ".repeat(65_536) : ""}`,
  });
}

describe("the order of checks", () => {
  const pairs = FAULTS.flatMap(([first, status, code], index) =>
    FAULTS.slice(index).map(([second]) => [first, second, status, code] as const),
  ).filter(([first, second]) => !(first === "token" && second === "scope"));

  it.each(pairs)("%s is reported before %s", async (first, second, status, code) => {
    const answer = await reversalWith(new Set([first, second]));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it("a missing key is reported before the body", async () => {
    const api = new Api();
    const headers = await api.headers({ "Content-Type": "application/json" });
    const answer = await send("/v1/disbursements", { method: "POST", headers, body: "{" });
    expect(refusalOf(answer)).toEqual([400, "missing_idempotency_key"]);
  });
});

describe("trace context", () => {
  const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  const PARENT = "00f067aa0ba902b7";
  const tracestate = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7";

  const continued = [`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-00`, `01-${TRACE}-${PARENT}-01-more`];
  it.each(continued)("continues %s and passes tracestate unchanged", async (traceparent) => {
    const api = new Api();
    const answer = await api.post("/v1/disbursements", disbursement, newKey(), { traceparent, tracestate });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("traceparent")).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-0[01]$`));
    expect(answer.headers.get("traceparent")).not.toContain(PARENT);
    expect(answer.headers.get("tracestate")).toBe(tracestate);
    const row = await env.DB.prepare(
      "SELECT lower(hex(trace_id)) AS trace_id FROM events WHERE tenant_id = ?",
    )
      .bind(api.tenant)
      .first();
    expect(row).toEqual({ trace_id: TRACE });
    const read = await api.get(`/v1/loans/${LOAN}/balance`, { traceparent, tracestate });
    expect(read.headers.get("traceparent")).toContain(TRACE);
    expect(read.headers.get("tracestate")).toBe(tracestate);
  });

  it.each([
    ["upper case", `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ["version ff", `ff-${TRACE}-${PARENT}-01`],
    ["a trace id of zeros", `00-${"0".repeat(32)}-${PARENT}-01`],
    ["a parent id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["31 digits", `00-${TRACE.slice(1)}-${PARENT}-01`],
    ["33 digits", `00-${TRACE}0-${PARENT}-01`],
    ["no flags", `00-${TRACE}-${PARENT}`],
    ["more than version 00 has", `00-${TRACE}-${PARENT}-01-x`],
    ["garbage", "garbage"],
  ])("starts a new trace on %s, never an error", async (_, traceparent) => {
    const answer = await new Api().post("/v1/disbursements", disbursement, newKey(), {
      traceparent,
      tracestate,
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(answer.headers.get("traceparent")).not.toContain(TRACE);
    expect(answer.headers.get("tracestate")).toBeNull();
  });

  it.each(["0af7651916cd43dd8448eb211c80319c", "trace-42", "short", "!", "x".repeat(200)])(
    "ignores X-Trace-Id %s, which is past its end date",
    async (id) => {
      const answer = await new Api().post("/v1/disbursements", disbursement, newKey(), { "X-Trace-Id": id });
      expect(answer.status).toBe(201);
      expect(answer.headers.get("traceparent")).not.toContain(id);
      expect(answer.headers.get("X-Trace-Id")).toBeNull();
    },
  );
});

it("logs one line per request, without ids, references or amounts", async () => {
  const lines: string[] = [];
  for (const level of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts) => {
      lines.push(parts.join(" "));
    });
  }
  const api = new Api();
  const id = await disbursed(api, { destination_ref: "PRIVATE-1", amount_minor: "7777777" });
  await disburse(api, { currency: "EUR", destination_ref: "PRIVATE-1" });
  await disburse(api, { destination_ref: "PRIVATE-1\n" });
  await reverse(api, id, { reason_description: "PRIVATE-2" });
  await reverse(api, id, { reason_description: "PRIVATE-2" });
  for (const [path] of READS) await api.get(path);
  vi.restoreAllMocks();
  expect(lines).toHaveLength(5 + READS.length);
  expect(lines.map((line) => JSON.parse(line).code ?? "")).toEqual([
    "",
    "validation_error",
    "validation_error",
    "",
    "already_reversed",
    "not_found",
    "",
    "",
    "",
    "",
  ]);
  // The ids that a line may hold are random digits, among which any short text turns up by chance.
  const told = lines.map((line) => {
    const { trace_id, span_id, tenant, ...rest } = JSON.parse(line);
    expect(trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(span_id).toMatch(/^[0-9a-f]{16}$/);
    expect(tenant).toBe(api.tenant);
    return JSON.stringify(rest);
  });
  for (const secret of ["PRIVATE", "7777777", id, LOAN, "1100", "eyJ"])
    expect(told.join()).not.toContain(secret);
});

describe("another tenant", () => {
  it("gets its own sums, and the same answers for an entry and a loan as for missing ones", async () => {
    const [owner, other] = [new Api(), new Api()];
    const id = await disbursed(owner);
    const pairs = [
      [`/v1/journal-entries/${id}`, `/v1/journal-entries/${NOBODY}`],
      [`/v1/loans/${LOAN}/journal-entries`, `/v1/loans/${NOBODY}/journal-entries`],
      [`/v1/loans/${LOAN}/balance`, `/v1/loans/${NOBODY}/balance`],
    ] as const;
    for (const [theirs, nobodys] of pairs) {
      const [seen, unseen] = [await other.get(theirs), await other.get(nobodys)];
      expect(refusalOf(seen)).toEqual([404, "not_found"]);
      const { instance: _a, trace_id: _b, ...rest } = seen.body;
      expect(unseen.body).toMatchObject(rest);
    }
    const reversal = await reverse(other, id);
    expect(refusalOf(reversal)).toEqual([404, "not_found"]);
    expect(await accountSums(other, "1100")).toBe("0 0 0");
    expect((await other.get("/v1/journal-entries?format=hledger")).text).not.toContain(id);
    expect(await accountSums(owner, "1100")).toBe("88849 0 88849");
  });

  it("with an event of the same sequence cannot read the entry by its own event's id", async () => {
    const [owner, other] = [new Api(), new Api()];
    const id = await disbursed(owner);
    const own = await disbursed(other, { amount_minor: "1" });
    expect((await other.get(`/v1/journal-entries/${id}`)).status).toBe(404);
    expect((await other.get(`/v1/journal-entries/${own}`)).body.lines[0].amount_minor).toBe("1");
    expect(refusalOf(await reverse(other, id))).toEqual([404, "not_found"]);
  });
});

describe("read-your-writes", () => {
  it("every read takes the bookmark of a write and answers with one of its own", async () => {
    const api = new Api();
    const written = await disburse(api);
    const bookmark = written.headers.get("x-d1-bookmark") ?? "";
    for (const path of [
      `/v1/journal-entries/${written.body.journal_entry_id}`,
      "/v1/journal-entries?format=hledger",
      ...READS.slice(2).map(([one]) => one),
    ]) {
      const read = await api.get(path, { "x-d1-bookmark": bookmark });
      expect([path, read.status]).toEqual([path, 200]);
      expect((read.headers.get("x-d1-bookmark") ?? "") >= bookmark).toBe(true);
      expect(read.headers.get("Server-Timing")).toMatch(/auth;.*d1;.*total;/);
      const refused = await api.get(path, { "x-d1-bookmark": "latest" });
      expect(refusalOf(refused)).toEqual([400, "invalid_query"]);
    }
  });
});
