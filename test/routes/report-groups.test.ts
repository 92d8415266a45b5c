import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { company, individual, loan, payment, purchase } from "../support/examples.ts";

/* Groups and filters of reports (docs/analytics.md#groups), by hand. */

const dated = { disbursement_date: "2026-01-15", maturity_date: "2026-12-31" };
const amounts = { disbursement_amount: 1000, total_expected_margin: 0 };

/** The number as a JSON text that `JSON.stringify` does not write. */
const infoOf = (api: Api, disbursement_id: string, info: string) =>
  api.post(
    "/ingest",
    `{"category":"disbursement","data":${JSON.stringify({ ...loan, ...dated, ...amounts, disbursement_id }).slice(0, -1)},"info":${info}}}`,
  );

/** Loans with a branch, in two regions, and a purchase of two clients. */
async function stocked(): Promise<Api> {
  const api = new Api();
  const report_dimensions = { disbursement: ["branch", "a.b"], client: ["region"] };
  expect((await api.send("PUT", "/v1/settings", { report_dimensions })).status).toBe(200);
  await api.accept("client", { ...individual, info: { region: "N", secret: 1 } });
  await api.accept("client", { ...company, country: "FR", info: { region: true } });
  for (const [id, info] of [
    ["L-1", '{"branch":1,"secret":"x"}'],
    ["L-2", '{"branch":1.0}'],
    ["L-3", '{"branch":"1","a.b":"Z"}'],
    ["L-4", '{"branch":{"deep":1}}'],
    ["L-5", '{"branch":"Ä"}'],
  ] as const) {
    expect((await infoOf(api, id, info)).status).toBe(201);
  }
  const purchase_clients = [{ client_id: "C-1" }, { client_id: "C-CO" }];
  const start = { ...amounts, payment_date: "2026-02-01", purchase_clients };
  await api.accept("disbursement", { ...purchase, ...start, info: { branch: "1" } });
  await api.accept("disbursement", {
    ...loan,
    ...dated,
    ...amounts,
    disbursement_id: "L-6",
    client_id: "C-CO",
  });
  return api;
}

const DAY = "as_of_date=2026-03-31";

async function groupsOf(api: Api, query: string) {
  const { status, body } = await api.get(`/api/portfolio?${DAY}&${query}`);
  if (status !== 200) return [status, body.code, body.detail];
  return body.data.map(({ group, number }: { group: unknown; number: number }) => [group, number]);
}

describe("a report", () => {
  it("groups by a member of info, its value as text", async () => {
    const api = await stocked();
    expect(await groupsOf(api, "group_by=info.branch")).toEqual([
      [null, 2],
      ["1", 4],
      ["Ä", 1],
    ]);
    expect(await groupsOf(api, "group_by=info.a.b")).toEqual([
      [null, 6],
      ["Z", 1],
    ]);
  });

  it("groups by a member of the client's info; a purchase with several clients has none", async () => {
    expect(await groupsOf(await stocked(), "group_by=client_info.region")).toEqual([
      [null, 1],
      ["N", 5],
      ["true", 1],
    ]);
  });

  it("groups by two dimensions, no value first", async () => {
    expect(await groupsOf(await stocked(), "group_by=client_id,info.branch")).toEqual([
      [[null, "1"], 1],
      [["C-1", null], 1],
      [["C-1", "1"], 3],
      [["C-1", "Ä"], 1],
      [["C-CO", null], 1],
    ]);
  });

  it("groups by state and bucket of the day, in a series of each month end", async () => {
    const api = await stocked();
    const due = { payment_total: 100, payment_principal: 100, payment_fee: 0, due_date: "2026-03-01" };
    await api.accept("payment", { ...payment, ...due, disbursement_id: "L-6" });
    const { body } = await api.get(`/api/portfolio?${DAY}&group_by=state,bucket&series=month`);
    const shown = (lines: { group: unknown; number: number }[]) =>
      lines.map(({ group, number }) => [group, number]);
    expect(shown(body.data)).toEqual([
      [["current", "current"], 6],
      [["late", "1-30"], 1],
    ]);
    expect(shown(body.series[1].currencies)).toEqual([[["current", "current"], 7]]);
  });

  it("filters by members of info: any of several values, an empty one for none", async () => {
    const api = await stocked();
    expect(await groupsOf(api, "info.branch=1")).toEqual([[null, 4]]);
    expect(await groupsOf(api, "info.branch=1&info.branch=")).toEqual([[null, 6]]);
    expect(await groupsOf(api, "info.branch=1&kind=purchase&client_info.region=")).toEqual([[null, 1]]);
    expect(await groupsOf(api, "client_info.region=true&client_info.region=N&info.a.b=Z")).toEqual([
      [null, 1],
    ]);
    const { body } = await api.get(
      `/api/positions?${DAY}&info.branch=&sort_by=disbursement_id&sort_order=asc`,
    );
    expect(body.data.map(({ disbursement_id }: { disbursement_id: string }) => disbursement_id)).toEqual([
      "L-4",
      "L-6",
    ]);
    expect((await api.get(`/api/quality?${DAY}&info.branch=1`)).status).toBe(200);
  });

  it("knows only the members that the settings name, as they were in force at known_at", async () => {
    const api = await stocked();
    expect(await groupsOf(api, "info.branch=1&known_at=5")).toEqual([[null, 2]]);
    const refused = [
      400,
      "invalid_query",
      expect.stringContaining("report_dimensions; the settings name none"),
    ];
    expect(await groupsOf(api, "info.branch=1&known_at=0")).toEqual(refused);
    const named =
      "info.secret is not one of the tenant's report_dimensions; they are info.branch, info.a.b, client_info.region";
    for (const path of [
      "positions",
      "positions?sort_by=disbursement_id",
      "quality",
      "quality/matured_open",
      "portfolio",
    ]) {
      const { status, body } = await api.get(`/api/${path}${path.includes("?") ? "&" : "?"}info.secret=1`);
      expect([status, body.detail]).toEqual([400, named]);
    }
    expect(await groupsOf(api, "group_by=client_info.secret")).toEqual([
      400,
      "invalid_query",
      expect.any(String),
    ]);
    await api.send("PUT", "/v1/settings", { report_dimensions: { disbursement: [] } });
    expect(await groupsOf(api, "group_by=info.branch")).toEqual([400, "invalid_query", expect.any(String)]);
  });

  it("at an earlier known_at groups by what info said then", async () => {
    const api = await stocked();
    const then = await groupsOf(api, "group_by=info.branch,client_info.region");
    const head = (await api.get(`/api/portfolio?${DAY}`)).body.to_sequence;
    await api.accept("disbursement", { step: "update", disbursement_id: "L-5", info: { branch: "2" } });
    await api.accept("client", { step: "update", client_id: "C-CO", info: null });
    expect(await groupsOf(api, `group_by=info.branch,client_info.region&known_at=${head}`)).toEqual(then);
    expect(await groupsOf(api, "group_by=info.branch")).toEqual([
      [null, 2],
      ["1", 4],
      ["2", 1],
    ]);
    expect(await groupsOf(api, "client_info.region=")).toEqual([[null, 2]]);
  });

  it.each([
    ["group_by=color", "group_by must be one of kind, client_id"],
    ["color=1", 'unknown parameter "color"; the known ones are '],
    ["info.=1", 'unknown parameter "info."; the known ones are '],
  ])("refuses %s", async (query, detail) => {
    const answer = await new Api().get(`/api/portfolio?${query}`);
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining(detail)]);
  });

  it("as CSV writes two values as one cell", async () => {
    const { text } = await (await stocked()).get(
      `/api/portfolio?${DAY}&group_by=kind,info.branch&info.branch=1`,
      {
        Accept: "text/csv",
      },
    );
    expect(text.split("\r\n")[1]).toContain('USD,"[""loan"",""1""]",3,');
  });
});
