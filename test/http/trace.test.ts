import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { continueTrace } from "../../src/http/trace.ts";
import { Api, newKey, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { logged, requestLines } from "../support/logs.ts";
import { send } from "../support/requests.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const random = new Uint8Array(24).map((_, index) => index + 1);

describe("traceparent", () => {
  it.each([
    ["version 00", `00-${TRACE}-${PARENT}-01`, "01"],
    ["not sampled", `00-${TRACE}-${PARENT}-00`, "00"],
    ["a later version", `01-${TRACE}-${PARENT}-01`, "01"],
    ["a later version with more to it", `cc-${TRACE}-${PARENT}-01-what-the-future-brings`, "01"],
  ])("is continued under a new span: %s", (_, traceparent, flags) => {
    const trace = continueTrace(traceparent, "a=1", random);
    expect(trace).toMatchObject({ trace_id: TRACE, flags, tracestate: "a=1" });
    expect(trace.span_id).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.span_id).not.toBe(PARENT);
  });

  it.each([
    ["missing", undefined],
    ["empty", ""],
    ["upper case", `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ["version ff", `ff-${TRACE}-${PARENT}-01`],
    ["version 00 with more to it", `00-${TRACE}-${PARENT}-01-x`],
    ["a later version with more to it and no hyphen", `01-${TRACE}-${PARENT}-01x`],
    ["a trace id of zeros", `00-${"0".repeat(32)}-${PARENT}-01`],
    ["a parent id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["a short trace id", `00-${TRACE.slice(1)}-${PARENT}-01`],
    ["a long parent id", `00-${TRACE}-${PARENT}0-01`],
    ["no flags", `00-${TRACE}-${PARENT}`],
    ["one flag digit", `00-${TRACE}-${PARENT}-1`],
    ["a letter that is no hex digit", `00-${TRACE.replace("4", "g")}-${PARENT}-01`],
    ["white space", `00-${TRACE}-${PARENT}-01 x`],
    ["two of them", `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
  ])("starts a new trace and drops tracestate: %s", (_, traceparent) => {
    const trace = continueTrace(traceparent, "a=1", random);
    expect(trace.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(trace.trace_id).not.toBe(TRACE);
    expect(trace).toMatchObject({ flags: "01", tracestate: null });
  });

  it.each([
    ["00", "00"],
    ["01", "01"],
    ["02", "02"],
    ["03", "03"],
    ["ff", "03"],
    ["fe", "02"],
    ["f1", "01"],
    ["04", "00"],
  ])("flags %s are passed on as %s: the meaning of the others is not defined yet", (flags, passed) => {
    expect(continueTrace(`00-${TRACE}-${PARENT}-${flags}`, undefined, random).flags).toBe(passed);
    expect(continueTrace(`cc-${TRACE}-${PARENT}-${flags}-x`, undefined, random).flags).toBe(passed);
  });

  it.each([" ", "\t", " \t "])("may have white space around it: %j", (space) => {
    const header = `${space}00-${TRACE}-${PARENT}-01${space}`;
    expect(continueTrace(header, undefined, random).trace_id).toBe(TRACE);
  });

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
    const row = await env.DB.prepare("SELECT trace_id FROM events WHERE tenant_id = ?")
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
