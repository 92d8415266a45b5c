import { describe, expect, it } from "vitest";
import { PROBLEMS } from "../../src/contract/problems.ts";
import { type Answer, Api, newKey } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { send } from "../support/requests.ts";

const traceOf = (answer: Answer) => answer.headers.get("traceparent")?.split("-")[1];

/** One answer of each kind that a caller can provoke. */
const PROVOKED: readonly (readonly [code: string, provoke: () => Promise<Answer>])[] = [
  ["not_found", () => send("/nowhere")],
  ["method_not_allowed", () => send("/ingest")],
  ["unsupported_media_type", () => send("/ingest", { method: "POST", body: "{}" })],
  [
    "missing_token",
    () => send("/ingest", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }),
  ],
  ["invalid_token", () => send("/api/tables/clients", { headers: { Authorization: "Bearer x" } })],
  ["insufficient_scope", () => new Api(undefined, "records:read").ingest("client", individual)],
  ["malformed_json", () => new Api().post("/ingest", "{")],
  ["validation_error", () => new Api().ingest("client", { ...individual, email: "no" })],
  ["unsupported_category", () => new Api().ingest("loan", {})],
  ["invalid_idempotency_key", () => new Api().ingest("client", individual, "short")],
  ["not_found", () => new Api().ingest("client", { step: "delete", client_id: "nobody" })],
  ["invalid_table", () => new Api().get("/api/tables/users")],
  ["invalid_query", () => new Api().get("/api/tables/clients?limit=0")],
];

describe("every refusal", () => {
  it.each(PROVOKED)("%s is a problem document with title, detail and remedy", async (code, provoke) => {
    const answer = await provoke();
    const { status, title } = PROBLEMS[code as keyof typeof PROBLEMS];
    expect(answer.status).toBe(status);
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    expect(answer.body).toMatchObject({ status, title, code, type: `http://ledger.test/problems/${code}` });
    expect(answer.body.detail).toMatch(/\w/);
    expect(answer.body.instance).toMatch(/^\/[^?]*$/);
    expect(answer.body.trace_id).toBe(traceOf(answer));
    expect(answer.body.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    const page = await send(new URL(answer.body.type).pathname);
    expect(page.status).toBe(200);
    expect(page.headers.get("Content-Type")).toMatch(/^text\/html/);
    expect(page.text).toContain(code);
  });

  it("repeats neither the token nor the query", async () => {
    const headers = { Authorization: "Bearer secret-token-text" };
    const answer = await send("/api/tables/clients?search=secret-search", { headers });
    expect(answer.text).not.toContain("secret");
  });

  it("401 names the scheme and 403 the scope, as RFC 6750 says", async () => {
    const headers = { "Content-Type": "application/json" };
    const missing = await send("/ingest", { method: "POST", headers, body: "{}" });
    expect(missing.headers.get("WWW-Authenticate")).toBe("Bearer");
    const scope = await new Api(undefined, "records:read").ingest("client", individual);
    expect(scope.headers.get("WWW-Authenticate")).toContain('scope="ingest:write"');
    expect(scope.body.detail).toContain("ingest:write");
  });

  it("field errors are paths from the body's root with a code and a sentence", async () => {
    const api = new Api();
    const answer = await api.ingest("disbursement", { ...loan, currency: "XXX", installment_count: "3" });
    expect(answer.body.errors).toEqual([
      { field: "data.currency", code: "invalid_value", message: expect.stringContaining("ISO 4217") },
      { field: "data.installment_count", code: "invalid_type", message: "must be a number" },
    ]);
    expect(answer.body.detail).toContain("2 fields");
  });

  it("an answer has at most 100 field errors, and errors_total counts them all", async () => {
    const unknown = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, 1]));
    const few = await new Api().ingest("client", { ...individual, ...unknown(100) });
    expect([few.body.errors.length, few.body.errors_total]).toEqual([100, 100]);
    const many = await new Api().ingest("client", { ...individual, ...unknown(4000) });
    expect([many.body.errors.length, many.body.errors_total]).toEqual([100, 4000]);
    expect(many.body.detail).toContain("4000 fields");
    expect(many.text.length).toBeLessThan(16 * 1024);
    expect((await new Api().ingest("client", { step: "delete", client_id: "x" })).body).not.toHaveProperty(
      "errors_total",
    );
  });

  it.each([
    ["numbers", "1"],
    ["empty objects", "{}"],
    ["objects with unknown members", '{"a":1,"b":2}'],
    ["one client many times", '{"client_id":"C-1"}'],
  ])("64 KiB of purchase_clients with %s are one error, found in time", async (_, item) => {
    const items = Array(Math.floor(65_000 / (item.length + 1))).fill(item);
    const body = `{"category":"disbursement","data":{"step":"create","kind":"purchase","purchase_clients":[${items}]}}`;
    const start = Date.now();
    const answer = await new Api().post("/ingest", body);
    expect(Date.now() - start).toBeLessThan(30_000);
    const ofClients = answer.body.errors.filter(({ field }: { field: string }) =>
      /purchase_clients/.test(field),
    );
    expect(ofClients).toEqual([
      { field: "data.purchase_clients", code: "invalid_value", message: "must hold 1 to 100 clients" },
    ]);
  });

  it("changes nothing and uses no sequence", async () => {
    const api = new Api();
    await api.ingest("client", { ...individual, email: "no" });
    await api.ingest("client", { step: "delete", client_id: "C-1" });
    expect((await api.accept("client", individual)).body.sequence).toBe(1);
  });
});

describe("problem pages", () => {
  it.each(Object.keys(PROBLEMS))("/problems/%s exists for every code, without a token", async (code) => {
    const page = await send(`/problems/${code}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain("What to do");
  });

  it.each(["/problems", "/problems/not_found"])(
    "%s loads nothing, runs nothing and cannot be framed",
    async (path) => {
      const { headers, text } = await send(path);
      const policy = headers.get("Content-Security-Policy") ?? "";
      const style = /<style>([^<]*)<\/style>/.exec(text)?.[1] ?? "";
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
      expect(policy.split("; ")).toEqual([
        "default-src 'none'",
        "img-src data:",
        `style-src 'sha256-${new Uint8Array(digest).toBase64()}'`,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]);
      expect(policy).not.toContain("unsafe");
      expect(text, "or the browser asks for /favicon.ico").toContain('<link rel="icon" href="data:,">');
      expect(text).not.toMatch(/<script|style=|\son[a-z]+=/i);
      expect(headers.get("X-Frame-Options")).toBe("DENY");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
    },
  );

  it("are listed under /problems", async () => {
    const { text } = await send("/problems");
    for (const code of Object.keys(PROBLEMS)) expect(text).toContain(`/problems/${code}"`);
  });

  it.each(["nope", "constructor", "%3Cscript%3E"])("/problems/%s is not found", async (code) => {
    const answer = await send(`/problems/${code}`);
    expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
  });

  it("are read-only", async () => {
    const answer = await send("/problems/not_found", { method: "POST" });
    expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
  });
});

describe("health", () => {
  it.each(["live", "ready"])("/v1/health/%s needs no token", async (probe) => {
    const answer = await send(`/v1/health/${probe}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      status: "ok",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      git_sha: expect.any(String),
    });
  });

  it("answers HEAD as GET without a body", async () => {
    const answer = await send("/v1/health/live", { method: "HEAD" });
    expect([answer.status, answer.text]).toEqual([200, ""]);
  });

  it("answers no other method and no other probe", async () => {
    const post = await send("/v1/health/live", { method: "POST" });
    expect([post.status, post.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
    expect((await send("/v1/health/nope")).status).toBe(404);
  });
});

describe("a 201", () => {
  it("has a Location that leads to the record, for any characters in its id", async () => {
    const api = new Api();
    for (const client_id of ["C-1", "a b/c", "50% off?#x", "Ünïcödé 😀", "a+b&c=d", "x..y", "'\"<>"]) {
      const created = await api.ingest("client", { ...individual, client_id });
      expect(created.status).toBe(201);
      const read = await api.get(created.headers.get("Location") ?? "/missing");
      expect(read.body?.data?.client_id).toBe(client_id);
    }
  });

  it("has no Location on its replay, on update or on delete", async () => {
    const api = new Api();
    const key = newKey();
    await api.ingest("client", individual, key);
    const replay = await api.ingest("client", individual, key);
    const update = await api.ingest("client", { step: "update", client_id: "C-1", name: "N" });
    const remove = await api.ingest("client", { step: "delete", client_id: "C-1" });
    for (const answer of [replay, update, remove]) {
      expect([answer.status, answer.headers.get("Location")]).toEqual([200, null]);
    }
  });
});
