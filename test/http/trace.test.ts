import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Api, newKey, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { logged, requestLines } from "../support/logs.ts";
import { send } from "../support/requests.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

describe("traceparent", () => {
  it("is answered on success, on refusal and on an unknown route", async () => {
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const api = new Api();
    const headers = { traceparent, tracestate: "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7" };
    const answers = [
      await api.post("/ingest", { category: "client", data: individual }, newKey(), headers),
      await api.post("/ingest", "{", newKey(), headers),
      await send("/nowhere", { headers }),
      await send("/v1/health/live", { headers }),
    ];
    for (const answer of answers) {
      expect(answer.headers.get("traceparent")).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
      expect(answer.headers.get("traceparent")).not.toContain(PARENT);
      expect(answer.headers.get("tracestate")).toBe(headers.tracestate);
    }
    const spans = answers.map((answer) => answer.headers.get("traceparent"));
    expect(new Set(spans).size).toBe(answers.length);
  });

  it("that is invalid is never an error", async () => {
    const answer = await send("/v1/health/live", { headers: { traceparent: "garbage", tracestate: "a=1" } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(answer.headers.get("tracestate")).toBeNull();
  });

  it("reaches the database row of the event", async () => {
    const api = new Api();
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01` };
    await api.post("/ingest", { category: "client", data: individual }, newKey(), headers);
    const row = await env.DB.prepare(
      "SELECT lower(hex(trace_id)) AS trace_id FROM events WHERE tenant_id = ?",
    )
      .bind(api.tenant)
      .first();
    expect(row).toEqual({ trace_id: TRACE });
  });

  it("X-Trace-Id is past its end date and ignored", async () => {
    const answer = await send("/v1/health/live", { headers: { "X-Trace-Id": TRACE } });
    expect(answer.headers.get("traceparent")).not.toContain(TRACE);
  });
});

describe("Server-Timing", () => {
  it("splits the time of a write into its parts", async () => {
    const answer = await new Api().ingest("client", individual);
    const names = (answer.headers.get("Server-Timing") ?? "").split(", ").map((entry) => entry.split(";")[0]);
    expect(names).toEqual(expect.arrayContaining(["auth", "queue", "load", "commit", "total"]));
    expect(answer.headers.get("Server-Timing")).toMatch(/^(\w+;dur=\d+(\.\d+)?(, |$))+$/);
  });

  it("is sent on a refusal too", async () => {
    expect((await send("/nowhere")).headers.get("Server-Timing")).toMatch(/total;dur=\d/);
  });
});

describe("the log", () => {
  afterEach(() => vi.restoreAllMocks());

  const PRIVATE = [
    "John Doe",
    "john.doe",
    "+1234567890",
    "123 Main St",
    "ID-1234567890",
    "C-PRIVATE",
    "Bearer",
    "eyJ",
  ];

  it("has one JSON line per request: trace, tenant, route, status, code, duration", async () => {
    const api = new Api();
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01` };
    const body = { category: "client", data: individual };
    const lines = await logged(() => api.post("/ingest", body, newKey(), headers));
    expect(requestLines(lines)).toHaveLength(1);
    expect(JSON.parse(requestLines(lines)[0] ?? "")).toMatchObject({
      level: "info",
      message: "request",
      trace_id: TRACE,
      tenant: api.tenant,
      method: "POST",
      route: "/ingest",
      status: 201,
      duration_ms: expect.any(Number),
    });
  });

  it("has the code of a refusal", async () => {
    const lines = await logged(() => new Api().ingest("client", { ...individual, email: "no" }));
    expect(requestLines(lines).map((line) => JSON.parse(line))).toMatchObject([
      { status: 400, code: "validation_error" },
    ]);
  });

  it("names a route by its pattern, never by the ids in it", async () => {
    const lines = await logged(() => new Api().get("/api/tables/clients/C-PRIVATE?x=C-PRIVATE"));
    expect(requestLines(lines)).toHaveLength(1);
    expect(lines.join()).toContain('"route":"/api/tables');
    expect(lines.join()).not.toContain("C-PRIVATE");
  });

  it("holds no token, name, e-mail, phone or address after any failure", async () => {
    const api = new Api(newTenant());
    const data = { ...individual, client_id: "C-PRIVATE" };
    const lines = await logged(async () => {
      await api.ingest("client", data);
      await api.ingest("client", data);
      await api.ingest("client", { ...data, gender: "company", "John Doe": 1 });
      await api.ingest("John Doe", data);
      await api.ingest("client", { ...data, step: "update", client_id: "john.doe", step2: 1 });
      await api.post("/ingest", JSON.stringify({ category: "client", data }).slice(0, -1));
      await api.post("/ingest", JSON.stringify(data).replace("{", '{"name":"x",'));
      await api.get("/api/tables/clients/C-PRIVATE");
      await api.get("/api/tables/clients?search=john.doe");
      await send("/John Doe/C-PRIVATE");
      await send("/ingest", {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: "Bearer eyJhbGciOiJub25lIn0.e30." },
        body: JSON.stringify(data),
      });
    });
    expect(requestLines(lines)).toHaveLength(11);
    for (const line of lines) {
      expect(() => JSON.parse(line)).not.toThrow();
      for (const secret of PRIVATE) expect(line).not.toContain(secret);
    }
  });
});

describe("tracestate", () => {
  it("is joined from several headers, and loses a key that comes again", async () => {
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const ask = (...values: readonly string[]) => {
      const headers = new Headers({ traceparent });
      for (const value of values) headers.append("tracestate", value);
      return send("/v1/health/live", { headers });
    };
    expect((await ask("foo=1", "bar=2")).headers.get("tracestate")).toBe("foo=1, bar=2");
    expect((await ask("foo=1", "")).headers.get("tracestate")).toMatch(/^foo=1/);
    expect((await ask("foo=1", "foo=2")).headers.get("tracestate")).toBe("foo=1");
    expect((await ask("FOO=1")).headers.get("tracestate")).toBeNull();
  });
});
