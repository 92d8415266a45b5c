import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sessionOf } from "../../src/store/d1/session.ts";
import { readSettings } from "../../src/store/settings/settings.ts";
import { Api, answerTo, newKey } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";

const PATH = "/v1/settings";
const DEFAULTS = {
  time_zone: "UTC",
  arrears_tolerance: "0",
  arrears_tolerance_share: "0",
  report_dimensions: { disbursement: [], client: [] },
  anonymous_clients: false,
};
const put = (api: Api, body: object, key: string | null = newKey()) => api.send("PUT", PATH, body, key);

describe("the settings of a tenant", () => {
  it("have defaults, and keep what a change does not name", async () => {
    const api = new Api();
    expect((await api.get(PATH)).body).toEqual(DEFAULTS);
    const first = await put(api, { time_zone: "Asia/Tokyo", arrears_tolerance: 100 });
    expect([first.status, first.body]).toEqual([
      200,
      { ...DEFAULTS, time_zone: "Asia/Tokyo", arrears_tolerance: "100" },
    ]);
    await put(api, { report_dimensions: { client: ["region"] } });
    expect((await api.get(PATH)).body).toEqual({
      ...first.body,
      report_dimensions: { disbursement: [], client: ["region"] },
    });
    expect((await new Api().get(PATH)).body).toEqual(DEFAULTS);
  });

  it("are an event of the log, whose data a reader of records sees", async () => {
    const api = new Api();
    await put(api, { anonymous_clients: true });
    const { body } = await api.get("/api/tables/events?category=settings");
    expect(body.data).toMatchObject([
      { sequence: 1, category: "settings", step: "put", id: "settings", data: { anonymous_clients: true } },
    ]);
    const entries = await new Api(api.tenant, "records:read hpts:ledger:read").get("/api/tables/events");
    expect(entries.body.data).toHaveLength(1);
  });

  it("a replay answers as the first time, and another body under its key is refused", async () => {
    const api = new Api();
    const key = newKey();
    const first = await put(api, { arrears_tolerance: "5" }, key);
    await put(api, { arrears_tolerance: "6" });
    const again = await put(api, { arrears_tolerance: "5" }, key);
    expect([again.body, again.headers.get("Idempotent-Replayed")]).toEqual([first.body, "true"]);
    expect((await put(api, { arrears_tolerance: "7" }, key)).body.code).toBe("idempotency_mismatch");
    expect((await put(api, {}, null)).body.code).toBe("missing_idempotency_key");
    expect((await put(api, { time_zone: "+01:00" })).body.code).toBe("validation_error");
  });

  it("are read with any token of the tenant, and changed with settings:write", async () => {
    const api = new Api();
    const reader = new Api(api.tenant, "");
    expect((await reader.get(PATH)).body).toEqual(DEFAULTS);
    const refused = await put(new Api(api.tenant, "ingest:write records:read"), {});
    expect([refused.status, refused.body.code]).toEqual([403, "insufficient_scope"]);
    expect((await put(new Api(api.tenant, "settings:write"), {})).status).toBe(200);
    expect((await answerTo("GET", PATH, {})).status).toBe(401);
  });

  it("can be read as they were in force at any sequence", async () => {
    const api = new Api();
    await put(api, { arrears_tolerance: "1" });
    await put(api, { arrears_tolerance: "2" });
    const { db } = sessionOf(env.DB, "first-primary");
    const toleranceAt = async (upto?: number) => (await readSettings(db, api.tenant, upto)).arrears_tolerance;
    expect([await toleranceAt(0), await toleranceAt(1), await toleranceAt(2), await toleranceAt()]).toEqual([
      "0",
      "1",
      "2",
      "2",
    ]);
  });

  it("writes three rows, and adds none to other events", async () => {
    const api = new Api();
    await put(api, {});
    const d1 = await wrapDatabase(gateOf(api.tenant));
    await put(api, { time_zone: "Asia/Tokyo" });
    expect(d1.rowsWritten).toBe(3);
    d1.resetCounts();
    await api.accept("client", individual);
    expect([d1.rowsWritten, d1.roundTrips]).toEqual([4, 1]);
  });
});

describe("the time zone", () => {
  it("is fixed once bookkeeping was ever on", async () => {
    const api = new Api();
    await put(api, { time_zone: "Asia/Tokyo" });
    for (const mode of ["records", "off"]) await api.send("PUT", "/v1/bookkeeping", { mode }, null);
    const late = await put(api, { time_zone: "UTC" });
    expect([late.status, late.body.code]).toEqual([409, "too_late"]);
    expect((await put(api, { time_zone: "Asia/Tokyo", anonymous_clients: true })).status).toBe(200);
    expect((await api.get(PATH)).body.time_zone).toBe("Asia/Tokyo");
  });

  it("decides on which day money is received, also in the group of its change and after the gate has forgotten", async () => {
    const api = new Api();
    const receipt = { ...payment, status: "paid", payment_date: "2024-10-19T20:00:00Z" };
    await api.accept("client", individual);
    await api.accept("disbursement", { ...loan, disbursement_date: "2024-10-20" });
    const codes = async (id: string) =>
      (await api.accept("payment", { ...receipt, payment_id: id })).body.warnings.map(
        ({ code }: { code: string }) => code,
      );
    expect(await codes("PAY-1")).toEqual(["received_before_disbursement"]);
    await put(api, { time_zone: "Asia/Tokyo" });
    expect(await codes("PAY-2")).toEqual([]);
    await evictDurableObject(gateOf(api.tenant));
    expect(await codes("PAY-3")).toEqual([]);
  });
});

describe("anonymous clients", () => {
  const anonymous = { step: "create", client_id: "C-9", country: "FR", is_company: false };

  it("are refused with all that they lack, until the tenant allows them", async () => {
    const api = new Api();
    const refused = await api.ingest("client", anonymous);
    expect([refused.status, refused.body.code]).toEqual([400, "validation_error"]);
    expect(refused.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      "data.address",
      "data.email",
      "data.gender",
      "data.name",
      "data.phone",
      "data.registration_number",
    ]);
    await put(api, { anonymous_clients: true });
    expect((await api.ingest("client", anonymous)).status).toBe(201);
    const { body } = await api.get("/api/tables/clients/C-9");
    expect(body.data).toMatchObject({ client_id: "C-9", name: null, email: null, gender: null });
    await put(api, { anonymous_clients: false });
    const again = await api.ingest("client", { ...anonymous, client_id: "C-10" });
    expect(again.body.code).toBe("validation_error");
  });

  it("do not share the registration number that they lack", async () => {
    const api = new Api();
    await put(api, { anonymous_clients: true });
    for (const client_id of ["C-1", "C-2"]) await api.accept("client", { ...anonymous, client_id });
    const { body } = await api.get("/api/quality");
    expect(JSON.stringify(body)).not.toContain('["C-1","C-2"]');
  });
});
