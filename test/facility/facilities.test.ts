import { describe, expect, it } from "vitest";
import { Api, answerTo, newKey } from "../support/api.ts";
import { wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { PLAIN, TERMS } from "./terms.ts";

const PATH = "/api/facilities/F-1";
const put = (api: Api, body: object = TERMS, path = PATH, key: string | null = newKey()) =>
  api.send("PUT", path, body, key);
const remove = (api: Api, path = PATH, key: string | null = newKey()) =>
  api.send("DELETE", path, undefined, key);
const stored = { facility_id: "F-1", ...TERMS, sequence: 1 };

describe("a facility", () => {
  it("is put, read and listed with exact amounts", async () => {
    const api = new Api();
    const drawn = "90071992547409.93";
    const body = JSON.stringify({ ...TERMS, commitment: 0 }).replace('"drawn":400.5', `"drawn":${drawn}`);
    const headers = await api.headers({ "Content-Type": "application/json", "Idempotency-Key": newKey() });
    const made = await answerTo("PUT", PATH, { headers, body });
    expect(made.status).toBe(201);
    expect(made.headers.get("Location")).toBe(PATH);
    expect(made.body).toMatchObject({
      sequence: 1,
      data: { ...stored, commitment: 0, drawn: Number(drawn) },
    });
    expect(made.text).toContain(`"drawn":${drawn}`);
    const read = await api.get(PATH);
    expect(read.text).toBe(
      JSON.stringify({ data: "" }).replace('""', made.text.split('"data":')[1]?.slice(0, -1) ?? ""),
    );
    await put(api, PLAIN, "/api/facilities/E");
    const listed = await api.get("/api/facilities");
    expect(listed.body.data.map(({ facility_id }: { facility_id: string }) => facility_id)).toEqual([
      "E",
      "F-1",
    ]);
    expect(listed.body.data[0]).toEqual({ facility_id: "E", creditor: null, sequence: 2, ...PLAIN });
    expect(listed.body.pagination).toEqual({ limit: 200, has_more: false });
  });

  it("is listed page by page", async () => {
    const api = new Api();
    for (const id of ["C", "A", "B"]) await put(api, PLAIN, `/api/facilities/${id}`);
    const seen: string[] = [];
    let next = "";
    do {
      const { body } = await api.get(`/api/facilities?limit=2${next}`);
      seen.push(...body.data.map(({ facility_id }: { facility_id: string }) => facility_id));
      next = body.pagination.has_more ? `&cursor=${encodeURIComponent(body.pagination.next_cursor)}` : "";
    } while (next !== "");
    expect(seen).toEqual(["A", "B", "C"]);
  });

  it("is changed as a whole, deleted, and can be put again", async () => {
    const api = new Api();
    await put(api);
    const changed = await put(api, PLAIN);
    expect([changed.status, changed.body.data]).toEqual([
      200,
      { facility_id: "F-1", creditor: null, sequence: 2, ...PLAIN },
    ]);
    const deleted = await remove(api);
    expect([deleted.status, deleted.body]).toEqual([200, { event_id: expect.any(String), sequence: 3 }]);
    expect((await api.get(PATH)).status).toBe(404);
    expect((await api.get("/api/facilities")).body.data).toEqual([]);
    expect((await remove(api)).status).toBe(404);
    expect((await put(api)).status).toBe(201);
  });

  it("is what the log knew at an earlier known_at", async () => {
    const api = new Api();
    await put(api);
    await put(api, PLAIN);
    await remove(api);
    await put(api, { ...PLAIN, name: "Anew" });
    const nameAt = async (known: number) => {
      const [one, all] = await Promise.all([
        api.get(`${PATH}?known_at=${known}`),
        api.get(`/api/facilities?known_at=${known}`),
      ]);
      expect(all.body.data).toEqual(one.status === 200 ? [one.body.data] : []);
      return one.status === 200 ? one.body.data.name : one.status;
    };
    expect(await Promise.all([0, 1, 2, 3, 4].map(nameAt))).toEqual([404, "Warehouse 1", "All", 404, "Anew"]);
    expect((await api.get(`${PATH}?known_at=5`)).body.code).toBe("invalid_query");
  });

  it("has the terms that hold on a day: the last in the order of the log", async () => {
    const api = new Api();
    const from = (effective_date: string, name: string) => put(api, { ...PLAIN, name, effective_date });
    await from("2026-03-01", "March");
    await from("2026-01-01", "January");
    await from("2026-02-01", "February");
    const on = async (day: string, query = "") => {
      const [one, all] = await Promise.all([
        api.get(`${PATH}?as_of_date=${day}${query}`),
        api.get(`/api/facilities?as_of_date=${day}${query}`),
      ]);
      expect(all.body.data).toEqual(one.status === 200 ? [one.body.data] : []);
      return one.status === 200 ? one.body.data.name : one.body.detail;
    };
    expect(await on("2025-12-31")).toBe("The facility has no terms that hold on 2025-12-31.");
    expect(await on("2026-01-31")).toBe("January");
    expect(await on("2026-12-31")).toBe("February");
    expect(await on("2026-12-31", "&known_at=2")).toBe("January");
    expect(await on("2026-12-31", "&known_at=1")).toBe("March");
    await remove(api);
    expect(await on("2026-12-31")).toBe("This facility does not exist.");
    await from("2026-06-01", "June");
    expect(await on("2026-05-31")).toBe("The facility has no terms that hold on 2026-05-31.");
  });

  it("holds from the day of its event, in the tenant's time zone", async () => {
    const api = new Api();
    await api.send("PUT", "/v1/settings", { time_zone: "Pacific/Kiritimati" });
    const { effective_date: _, ...others } = PLAIN;
    const { body } = await put(api, others);
    const { body: whole } = await api.get("/api/tables/events?category=facility");
    const at = Date.parse(whole.data[0].created_at);
    expect(body.data.effective_date).toBe(new Date(at + 14 * 3_600_000).toISOString().slice(0, 10));
  });

  it("is an event of the log, which a reader of records sees", async () => {
    const api = new Api();
    await put(api);
    await remove(api);
    const { body } = await api.get("/api/tables/events?category=facility&sort_by=sequence&sort_order=asc");
    expect(body.data).toMatchObject([
      { sequence: 1, category: "facility", step: "put", id: "F-1", data: { facility_id: "F-1", ...TERMS } },
      { sequence: 2, category: "facility", step: "delete", id: "F-1", data: { facility_id: "F-1" } },
    ]);
  });

  it("a replay answers as the first time, and another request under its key is refused", async () => {
    const api = new Api();
    const [key, other] = [newKey(), newKey()];
    const { effective_date: _, ...terms } = TERMS;
    const first = await put(api, terms, PATH, key);
    await put(api, PLAIN);
    const again = await put(api, terms, PATH, key);
    expect([again.status, again.headers.get("Idempotent-Replayed")]).toEqual([200, "true"]);
    expect(again.text).toBe(first.text);
    const refused = await put(api, PLAIN, PATH, key);
    expect([refused.status, refused.body.code]).toEqual([422, "idempotency_mismatch"]);
    expect((await remove(api, PATH, key)).status).toBe(422);
    const gone = await remove(api, PATH, other);
    const twice = await remove(api, PATH, other);
    expect([twice.status, twice.body]).toEqual([200, gone.body]);
    expect((await put(api, PLAIN, PATH, null)).body.code).toBe("missing_idempotency_key");
    expect((await remove(api, PATH, null)).body.code).toBe("missing_idempotency_key");
  });

  it("is written with the scope facilities:write and read with positions:read or records:read", async () => {
    const api = new Api();
    const { tenant } = api;
    const refused = await put(new Api(tenant, "positions:read records:read settings:write"));
    expect([refused.status, refused.body.code]).toEqual([403, "insufficient_scope"]);
    const writer = new Api(tenant, "facilities:write");
    expect((await put(writer)).status).toBe(201);
    expect((await writer.get(PATH)).status).toBe(403);
    for (const scope of ["positions:read", "records:read"]) {
      expect((await new Api(tenant, scope).get(PATH)).status).toBe(200);
      expect((await new Api(tenant, scope).get("/api/facilities")).body.data).toHaveLength(1);
    }
    expect((await new Api().get(PATH)).status).toBe(404);
  });

  it("writes two rows besides its event, in one batch after one load", async () => {
    const api = new Api();
    await put(api);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    await put(api);
    expect([d1.rowsWritten, d1.roundTrips]).toEqual([4, 2]);
  });
});

describe("the terms of a facility", () => {
  it.each([
    [{ name: "" }, "name", "invalid_value"],
    [{ currency: "XYZ" }, "currency", "invalid_value"],
    [{ commitment: 0.001 }, "commitment", "invalid_value"],
    [{ commitment: -1 }, "commitment", "invalid_value"],
    [{ drawn: "5" }, "drawn", "invalid_type"],
    [{ drawn: undefined }, "drawn", "required"],
    [{ advance_rate: 1.01 }, "advance_rate", "invalid_value"],
    [{ advance_rate: -0.1 }, "advance_rate", "invalid_value"],
    [{ effective_date: "2026-02-30" }, "effective_date", "invalid_value"],
    [{ eligibility: undefined }, "eligibility", "required"],
    [{ eligibility: [{}] }, "eligibility.0", "invalid_value"],
    [{ eligibility: [{ insured: true, no_write_off: true }] }, "eligibility.0", "invalid_value"],
    [{ eligibility: [{ insured: false }] }, "eligibility.0.insured", "invalid_type"],
    [{ eligibility: [{ max_days: 3 }] }, "eligibility.0.max_days", "unknown_field"],
    [{ eligibility: [{ max_days_past_due: 1.5 }] }, "eligibility.0.max_days_past_due", "invalid_value"],
    [{ eligibility: [{ min_outstanding: 0.001 }] }, "eligibility.0.min_outstanding", "invalid_value"],
    [{ eligibility: [{ country_in: [] }] }, "eligibility.0.country_in", "invalid_value"],
    [{ eligibility: [{ country_in: ["XX"] }] }, "eligibility.0.country_in.0", "invalid_value"],
    [{ eligibility: [{ kind_in: ["lease"] }] }, "eligibility.0.kind_in.0", "invalid_value"],
    [{ eligibility: Array(51).fill({ insured: true }) }, "eligibility", "invalid_value"],
    [{ limits: [{ by: "age", max_share: 0.5 }] }, "limits.0.by", "invalid_value"],
    [{ limits: [{ by: "country", max_share: 2 }] }, "limits.0.max_share", "invalid_value"],
    [{ limits: [{ by: "country", max_share: 1, values: [] }] }, "limits.0.values", "invalid_value"],
    [{ limits: Array(51).fill({ by: "country", max_share: 1 }) }, "limits", "invalid_value"],
    [{ covenants: [{ code: "par60", max: 1 }] }, "covenants.0.code", "invalid_value"],
    [{ covenants: [{ code: "par30", min: 1 }] }, "covenants.0.max", "required"],
    [{ covenants: [{ code: "pool_outstanding", min: 0.001 }] }, "covenants.0.min", "invalid_value"],
    [{ covenants: Array(51).fill({ code: "par30", max: 1 }) }, "covenants", "invalid_value"],
    [{ rate: 1 }, "rate", "unknown_field"],
  ])("refuses %j at %s", async (wrong, field, code) => {
    const answer = await put(new Api(), { ...TERMS, ...wrong });
    expect([answer.status, answer.body.code]).toEqual([400, "validation_error"]);
    expect(answer.body.errors[0]).toMatchObject({
      field,
      code,
      message: expect.stringMatching(/^(must|is)/),
    });
  });

  it("may have 50 rules, limits and covenants each", async () => {
    const fifty = {
      eligibility: Array(50).fill({ insured: true }),
      limits: Array(50).fill({ by: "country", max_share: 1 }),
      covenants: Array(50).fill({ code: "par30", max: 1 }),
    };
    expect((await put(new Api(), { ...TERMS, ...fifty })).status).toBe(201);
  });

  it("name only members of info that the settings make dimensions of reports", async () => {
    const api = new Api();
    const terms = {
      ...TERMS,
      eligibility: [{ info_in: { member: "branch", values: ["north"] } }],
      limits: [
        { by: "info.branch", max_share: 0.5 },
        { by: "client_info.region", max_share: 0.5 },
      ],
    };
    const refused = await put(api, terms);
    expect([refused.status, refused.body.errors.map(({ field }: { field: string }) => field)]).toEqual([
      400,
      ["eligibility.0.info_in.member", "limits.0.by", "limits.1.by"],
    ]);
    const report_dimensions = { disbursement: ["branch"], client: ["region"] };
    await api.send("PUT", "/v1/settings", { report_dimensions });
    expect((await put(api, terms)).body.data).toMatchObject({
      limits: terms.limits,
      eligibility: terms.eligibility,
    });
  });

  it("refuses an id that is too long", async () => {
    const refused = await put(new Api(), TERMS, `/api/facilities/${"x".repeat(129)}`);
    expect(refused.body.errors).toMatchObject([{ field: "facility_id", code: "invalid_value" }]);
  });
});

describe("a tenant", () => {
  it("has at most 200 facilities; a deleted one makes room", async () => {
    const api = new Api();
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    await Promise.all(numbers.map((number) => put(api, PLAIN, `/api/facilities/F-${number}`)));
    const refused = await put(api, PLAIN, "/api/facilities/more");
    expect([refused.status, refused.body.code]).toEqual([422, "too_many_facilities"]);
    expect((await put(api, PLAIN, "/api/facilities/F-7")).status).toBe(200);
    expect((await api.get("/api/facilities")).body.data).toHaveLength(200);
    await remove(api, "/api/facilities/F-8");
    expect((await put(api, PLAIN, "/api/facilities/more")).status).toBe(201);
  });
});
