import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { company, individual, loan, payment, purchase } from "../support/examples.ts";
import { PLAIN } from "./terms.ts";

const LOANS = { disbursement_date: "2026-01-01", maturity_date: "2026-12-31", total_expected_margin: 0 };
const BASE = "/api/facilities/F-1/base";

const put = async (api: Api, terms: object) => {
  const answer = await api.send("PUT", "/api/facilities/F-1", { ...PLAIN, ...terms });
  if (answer.status >= 300) throw new Error(answer.text);
};
const lend = (api: Api, disbursement_id: string, disbursement_amount: number, others: object = {}) =>
  api.accept("disbursement", { ...loan, ...LOANS, disbursement_id, disbursement_amount, ...others });

const change = (api: Api, disbursement_id: string, change_date: string, terms: object) =>
  api.accept("disbursement", {
    ...{ step: "update", disbursement_id, change_date, change_reason: "agreed" },
    ...terms,
  });

/** A client in the United States and a company in France. */
async function withClients(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", { ...company, country: "FR" });
  return api;
}

describe("the base of a facility", () => {
  it("takes excess in proportion, one limit after another, to the cent", async () => {
    const api = await withClients();
    await api.send("PUT", "/v1/settings", { report_dimensions: { disbursement: ["land"] } });
    await lend(api, "A", 600, { info: { land: "BR" } });
    await lend(api, "B", 300, { info: { land: "US" } });
    await lend(api, "C", 100, { client_id: "C-CO", info: { land: "BR" } });
    await put(api, {
      advance_rate: 0.8,
      commitment: 1000,
      drawn: 500.5,
      limits: [
        { by: "client_id", max_share: 0.5 },
        { by: "info.land", max_share: 0.4 },
      ],
      covenants: [
        { code: "largest_client_share", max: 0.9 },
        { code: "pool_outstanding", min: 1000.01 },
        { code: "average_remaining_days", max: 200 },
      ],
    });
    const { body } = await api.get(`${BASE}?as_of_date=2026-06-30`);
    const sequence = body.to_sequence;
    expect(body).toEqual({
      as_of_date: "2026-06-30",
      from_sequence: sequence,
      to_sequence: sequence,
      data: {
        ...{ facility_id: "F-1", currency: "USD", effective_date: "2020-01-01" },
        pool: { number: 3, outstanding: 1000 },
        ineligible: [],
        eligible: { number: 3, outstanding: 1000 },
        excess: [
          { index: 0, by: "client_id", group: "C-1", outstanding: 900, allowed: 500, excess: 400 },
          { index: 1, by: "info.land", group: "BR", outstanding: 433.33, allowed: 400, excess: 33.33 },
        ],
        base: 566.67,
        advance_rate: 0.8,
        available: 453.33,
        commitment: 1000,
        drawn: 500.5,
        headroom: -47.17,
        covenants: [
          { code: "largest_client_share", value: 0.9, max: 0.9, holds: true },
          { code: "pool_outstanding", value: 1000, min: 1000.01, holds: false },
          { code: "average_remaining_days", value: 184, max: 200, holds: true },
        ],
      },
    });
    const loans = await api.get(`${BASE}/loans?as_of_date=2026-06-30`);
    expect(loans.body.data).toEqual([
      {
        ...{ disbursement_id: "A", client_id: "C-1", outstanding: 600, counts_for: 307.69 },
        reasons: [
          { index: 0, by: "client_id", excess: 266.67 },
          { index: 1, by: "info.land", excess: 25.64 },
        ],
      },
      {
        ...{ disbursement_id: "B", client_id: "C-1", outstanding: 300, counts_for: 166.67 },
        reasons: [{ index: 0, by: "client_id", excess: 133.33 }],
      },
      {
        ...{ disbursement_id: "C", client_id: "C-CO", outstanding: 100, counts_for: 92.31 },
        reasons: [{ index: 1, by: "info.land", excess: 7.69 }],
      },
    ]);
  });

  it("has in its pool what is owed in its currency and pledged to its creditor on the day", async () => {
    const api = await withClients();
    await lend(api, "L-1", 100, { pledge_creditor: "Fund One" });
    await lend(api, "L-2", 200, { pledge_creditor: "Fund Two" });
    await lend(api, "L-3", 400);
    await lend(api, "L-4", 800, { pledge_creditor: "Fund One", currency: "EUR" });
    await lend(api, "L-5", 1600, { pledge_creditor: "Fund One", disbursement_date: "2026-05-01" });
    await change(api, "L-3", "2026-04-01", { pledge_creditor: "Fund One" });
    const paid = { ...payment, status: "paid", payment_total: 100, payment_date: "2026-06-01" };
    await api.accept("payment", { ...paid, due_date: "2026-06-01" });
    await change(api, "L-5", "2026-07-01", { disbursement_amount: 0 });
    const poolOf = async (creditor: string | null) => {
      await put(api, { creditor });
      const days = ["2026-03-31", "2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01"];
      const answers = await Promise.all(days.map((day) => api.get(`${BASE}?as_of_date=${day}`)));
      return answers.map(({ body }) => [body.data.pool.number, body.data.pool.outstanding]);
    };
    expect(await poolOf("Fund One")).toEqual([
      [1, 100],
      [2, 500],
      [3, 2100],
      [2, 2000],
      [1, 400],
    ]);
    expect(await poolOf(null)).toEqual([
      [3, 700],
      [3, 700],
      [4, 2300],
      [3, 2200],
      [2, 600],
    ]);
  });

  it("counts each disbursement under the first rule that it fails, as of the day", async () => {
    const api = await withClients();
    await api.send("PUT", "/v1/settings", { report_dimensions: { disbursement: ["branch"] } });
    const insured = { insurer_name: "Sure", info: { branch: 7 } };
    await lend(api, "late", 100, insured);
    await api.accept("payment", {
      ...payment,
      disbursement_id: "late",
      due_date: "2026-03-01",
      payment_total: 100,
    });
    await lend(api, "small", 9.99, insured);
    await lend(api, "long", 1000, { ...insured, maturity_date: "2028-12-31" });
    await lend(api, "young", 1000, { ...insured, disbursement_date: "2026-03-30" });
    await lend(api, "extended", 1000, insured);
    await change(api, "extended", "2026-03-15", { maturity_date: "2027-01-31" });
    await lend(api, "lowered", 1000, insured);
    await change(api, "lowered", "2026-03-20", { disbursement_amount: 900 });
    await lend(api, "bare", 1000, { info: { branch: 7 } });
    await lend(api, "french", 1000, { ...insured, client_id: "C-CO" });
    await lend(api, "elsewhere", 1000, { ...insured, info: { branch: "8" } });
    await lend(api, "good", 1000, { ...insured, info: { branch: "7" } });
    const goods = { disbursement_id: "goods", disbursement_amount: 1000, payment_date: "2026-01-01" };
    await api.accept("disbursement", {
      ...purchase,
      ...goods,
      total_expected_margin: 0,
      insurer_name: "Sure",
    });
    await put(api, {
      eligibility: [
        { max_days_past_due: 29 },
        { min_outstanding: 10 },
        { max_remaining_days: 400 },
        { min_seasoning_days: 5 },
        { max_extensions: 0 },
        { no_write_off: true },
        { insured: true },
        { country_in: ["US", "BR"] },
        { kind_in: ["loan"] },
        { info_in: { member: "branch", values: [7.0] } },
      ],
    });
    const rulesOn = async (day: string) => {
      const { body } = await api.get(`${BASE}/loans?as_of_date=${day}`);
      return Object.fromEntries(
        body.data.map((one: { disbursement_id: string; reasons: { rule: string }[] }) => [
          one.disbursement_id,
          one.reasons.map(({ rule }) => rule).join(),
        ]),
      );
    };
    const march = {
      late: "max_days_past_due",
      small: "min_outstanding",
      long: "max_remaining_days",
      young: "min_seasoning_days",
      extended: "max_extensions",
      lowered: "no_write_off",
      bare: "insured",
      french: "country_in",
      goods: "kind_in",
      elsewhere: "info_in",
      good: "",
    };
    expect(await rulesOn("2026-03-31")).toEqual(march);
    const { young: _, ...before } = march;
    expect(await rulesOn("2026-03-14")).toEqual({ ...before, late: "", extended: "", lowered: "" });
    const { body } = await api.get(`${BASE}?as_of_date=2026-03-31`);
    expect(body.data.ineligible.map((one: object) => Object.values(one))).toEqual([
      [0, "max_days_past_due", 1, 100],
      [1, "min_outstanding", 1, 9.99],
      [2, "max_remaining_days", 1, 1000],
      [3, "min_seasoning_days", 1, 1000],
      [4, "max_extensions", 1, 1000],
      [5, "no_write_off", 1, 900],
      [6, "insured", 1, 1000],
      [7, "country_in", 1, 1000],
      [8, "kind_in", 1, 1000],
      [9, "info_in", 1, 1000],
    ]);
    expect([body.data.eligible, body.data.base]).toEqual([{ number: 1, outstanding: 1000 }, 1000]);
    const tolerant = await api.get(`${BASE}?as_of_date=2026-03-31&arrears_tolerance=100`);
    expect(tolerant.body.data.ineligible[0]).toMatchObject({ number: 0, outstanding: 0 });
  });

  it("is that of the terms that hold on the day, and of what the log knew", async () => {
    const api = await withClients();
    await lend(api, "L-1", 1000);
    await put(api, { advance_rate: 0.5 });
    await put(api, { advance_rate: 0.25, effective_date: "2026-04-01" });
    const available = async (query: string) => {
      const { status, body } = await api.get(`${BASE}?${query}`);
      return status === 200 ? body.data.available : body.detail;
    };
    expect(await available("as_of_date=2026-03-31")).toBe(500);
    expect(await available("as_of_date=2026-04-01")).toBe(250);
    expect(await available("as_of_date=2019-12-31")).toBe(
      "The facility has no terms that hold on 2019-12-31.",
    );
    expect(await available("as_of_date=2026-04-01&known_at=4")).toBe(500);
    expect(await available("as_of_date=2026-04-01&known_at=3")).toBe("This facility does not exist.");
    await lend(api, "L-2", 1000);
    expect(await available("as_of_date=2026-04-01&known_at=5")).toBe(250);
    expect(await available("as_of_date=2026-04-01")).toBe(500);
    await api.send("DELETE", "/api/facilities/F-1");
    expect(await available("as_of_date=2026-04-01")).toBe("This facility does not exist.");
    expect(await available("as_of_date=2026-04-01&known_at=6")).toBe(500);
    expect((await api.get(`${BASE}/loans?as_of_date=2026-04-01&known_at=4`)).body.data).toHaveLength(1);
    expect((await api.get(`${BASE}/loans`)).status).toBe(404);
  });

  it("is computed anew when the terms or a record change, and answered from its memo otherwise", async () => {
    const api = await withClients();
    await lend(api, "L-1", 1000);
    await put(api, { advance_rate: 0.5 });
    const path = `${BASE}?as_of_date=2026-03-31`;
    const first = await api.get(path);
    expect((await api.get(path)).text).toBe(first.text);
    await put(api, { advance_rate: 1, limits: [{ by: "client_id", max_share: 0.3 }] });
    expect((await api.get(path)).body.data).toMatchObject({ base: 300, available: 300 });
    const again = await api.get(path);
    expect(again.body.data.excess).toMatchObject([{ by: "client_id", group: "C-1", excess: 700 }]);
    await lend(api, "L-2", 9000);
    expect((await api.get(path)).body.data).toMatchObject({ base: 3000, pool: { number: 2 } });
  });

  it("says so where the settings no longer name a member that its terms use", async () => {
    const api = await withClients();
    const dimensions = (disbursement: string[]) =>
      api.send("PUT", "/v1/settings", { report_dimensions: { disbursement } });
    await dimensions(["branch"]);
    await put(api, { limits: [{ by: "info.branch", max_share: 0.5 }] });
    expect((await api.get(BASE)).status).toBe(200);
    await dimensions([]);
    const { status, body } = await api.get(BASE);
    expect([status, body.code]).toEqual([400, "invalid_query"]);
    expect(body.detail).toContain("info.branch");
  });

  it("belongs to its tenant, and takes no filters", async () => {
    const api = await withClients();
    await put(api, {});
    expect((await new Api().get(BASE)).status).toBe(404);
    expect((await new Api(api.tenant, "ingest:write").get(BASE)).status).toBe(403);
    expect((await new Api(api.tenant, "positions:read").get(BASE)).status).toBe(200);
    for (const query of ["kind=loan", "allocation=own", "as_of_date=2026-02-30"]) {
      expect((await api.get(`${BASE}?${query}`)).body.code).toBe("invalid_query");
    }
  });

  it("as CSV has a line of figures, and one for each rule, excess and covenant", async () => {
    const api = await withClients();
    await lend(api, "L-1", 1000);
    await put(api, {
      eligibility: [{ max_outstanding: 5000 }],
      limits: [{ by: "client_id", max_share: 0.5 }],
      covenants: [{ code: "par30", max: 0.1 }],
    });
    const path = `${BASE}?as_of_date=2026-03-31`;
    const { text, headers } = await api.get(path, { Accept: "text/csv" });
    expect(headers.get("Content-Type")).toContain("text/csv");
    const [head = "", ...lines] = text.trimEnd().split("\r\n");
    const columns = head.split(",");
    const cells = lines.map((line) =>
      Object.fromEntries(line.split(",").map((cell, at) => [columns[at], cell])),
    );
    expect(cells).toMatchObject([
      {
        section: "base",
        pool_number: "1",
        pool_outstanding: "1000",
        base: "500",
        available: "500",
        headroom: "500",
      },
      { section: "ineligible", index: "0", rule: "max_outstanding", number: "0", outstanding: "0" },
      { section: "excess", index: "0", by: "client_id", group: "C-1", allowed: "500", excess: "500" },
      { section: "covenants", code: "par30", value: "0.000000", max: "0.1", holds: "true" },
    ]);
  });
});

describe("the disbursements of a base", () => {
  it("are listed page by page as they were when the list was made", async () => {
    const api = await withClients();
    for (const id of ["E", "B", "D", "A", "C"]) await lend(api, id, 100);
    await put(api, { limits: [{ by: "client_id", max_share: 0.5 }] });
    const path = `${BASE}/loans?as_of_date=2026-03-31&limit=2`;
    const seen: string[] = [];
    let counted = 0;
    let cursor: string | undefined;
    do {
      const next = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await api.get(`${path}${next}`);
      for (const one of body.data) {
        seen.push(one.disbursement_id);
        counted += one.counts_for;
      }
      expect(body.pagination).toMatchObject({ limit: 2, from_sequence: 8, to_sequence: 8 });
      cursor = body.pagination.next_cursor;
      await lend(api, `later-${seen.length}`, 100);
    } while (cursor !== undefined);
    expect([seen, counted]).toEqual([["A", "B", "C", "D", "E"], 250]);
    expect((await api.get(`${BASE}/loans?as_of_date=2026-03-31`)).body.data).toHaveLength(8);
    expect((await api.get(`${path}&cursor=x`)).body.code).toBe("invalid_query");
  });

  it("as CSV name what they count for, and link to the next page", async () => {
    const api = await withClients();
    await lend(api, "A", 600);
    await lend(api, "B", 5);
    await put(api, { eligibility: [{ min_outstanding: 10 }], limits: [{ by: "client_id", max_share: 0.5 }] });
    const path = `${BASE}/loans?as_of_date=2026-03-31`;
    const { text, headers } = await api.get(path, { Accept: "text/csv" });
    expect(text).toBe(
      [
        "disbursement_id,client_id,outstanding,counts_for,reasons\r\n",
        "A,C-1,600,300,client_id -300\r\n",
        "B,C-1,5,0,min_outstanding\r\n",
      ].join(""),
    );
    expect(headers.get("Link")).toBeNull();
    const first = await api.get(`${path}&limit=1`, { Accept: "text/csv" });
    const [, link = ""] = /<([^>]+)>/.exec(first.headers.get("Link") ?? "") ?? [];
    const { pathname, search } = new URL(link);
    expect((await api.get(`${pathname}${search}`, { Accept: "text/csv" })).text).toContain("B,C-1,5,0");
    expect((await api.get(`${path}&limit=10000`, { Accept: "text/csv" })).status).toBe(200);
    expect((await api.get(`${path}&limit=201`)).status).toBe(400);
  });

  it("of an empty pool are none", async () => {
    const api = await withClients();
    await put(api, {});
    const { body } = await api.get(`${BASE}/loans`);
    expect([body.data, body.pagination.has_more]).toEqual([[], false]);
  });
});
