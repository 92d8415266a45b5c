import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { continueTrace } from "../../src/http/trace.ts";
import { Api, newKey, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
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

  it("X-Trace-Id has passed its end date and is ignored", async () => {
    const answer = await send("/v1/health/live", { headers: { "X-Trace-Id": TRACE } });
    expect(answer.headers.get("traceparent")).not.toContain(TRACE);
  });
});

describe("Server-Timing", () => {
  it("tells where the time of a write went", async () => {
    const answer = await new Api().ingest("client", individual);
    const names = (answer.headers.get("Server-Timing") ?? "").split(", ").map((entry) => entry.split(";")[0]);
    expect(names).toEqual(expect.arrayContaining(["auth", "queue", "load", "commit", "total"]));
    expect(answer.headers.get("Server-Timing")).toMatch(/^(\w+;dur=\d+(\.\d+)?(, |$))+$/);
  });

  it("is there on a refusal too", async () => {
    expect((await send("/nowhere")).headers.get("Server-Timing")).toMatch(/total;dur=\d/);
  });
});

describe("the log", () => {
  afterEach(() => vi.restoreAllMocks());

  /** Everything that is logged while `work` runs. */
  async function logged(work: () => Promise<unknown>): Promise<string[]> {
    const lines: string[] = [];
    for (const level of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, level).mockImplementation((...parts) => {
        lines.push(parts.join(" "));
      });
    }
    await work();
    return lines;
  }

  const requestLines = (lines: readonly string[]) =>
    lines.filter((line) => line.includes('"message":"request"'));

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

  it("has one line of JSON a request: trace, tenant, route, status, code, duration", async () => {
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

  it("says the code of a refusal", async () => {
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

  it("holds no token, name, e-mail, phone or address, whatever goes wrong", async () => {
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
