import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Api } from "../support/api.ts";
import { company, individual, loan, payment, purchase } from "../support/examples.ts";
import { measured } from "../support/lookup-rows.ts";
import { seedLoans } from "../support/portfolio-seed.ts";

const dated = { disbursement_date: "2026-01-15", maturity_date: "2026-12-31" };

/** Two loans in dollars, one of them late, one in yen, a purchase of two clients, and a loan that has not started. */
async function stocked(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", { ...company, country: "FR" });
  const amounts = { disbursement_amount: 1000, total_expected_margin: 100 };
  await api.accept("disbursement", { ...loan, ...dated, ...amounts, disbursement_id: "L-1" });
  const second = { ...dated, ...amounts, disbursement_id: "L-2", client_id: "C-CO" };
  await api.accept("disbursement", { ...loan, ...second, disbursement_date: "2026-02-10" });
  await api.accept("disbursement", {
    ...loan,
    ...dated,
    ...amounts,
    disbursement_id: "L-3",
    currency: "JPY",
  });
  const start = { payment_date: "2026-02-01", disbursement_amount: 500, total_expected_margin: 0 };
  const purchase_clients = [{ client_id: "C-1" }, { client_id: "C-CO" }];
  await api.accept("disbursement", { ...purchase, ...start, purchase_clients });
  const later = { disbursement_date: "2030-01-01", maturity_date: "2031-01-01" };
  await api.accept("disbursement", { ...loan, ...later, disbursement_id: "L-4" });
  const installment = { ...payment, payment_total: 550, payment_principal: 500, due_date: "2026-03-01" };
  await api.accept("payment", installment);
  await api.accept("payment", { ...installment, payment_id: "PAY-2", disbursement_id: "L-2" });
  const paid = { step: "update", status: "paid", payment_date: "2026-03-01" };
  await api.accept("payment", { ...paid, payment_id: "PAY-2" });
  return api;
}

interface Line {
  readonly currency: string;
  readonly group: string | null;
  readonly number: number;
  readonly disbursed: number;
  readonly outstanding: number;
  readonly arrears: number;
}

describe("the portfolio", () => {
  it("sums each currency separately, with buckets and portfolio at risk", async () => {
    const { body } = await (await stocked()).get("/api/portfolio?as_of_date=2026-03-31");
    expect(body.data.map(({ currency }: Line) => currency)).toEqual(["JPY", "USD"]);
    const none = { outstanding: 0, arrears: 0, number: 0 };
    expect(body.data[1]).toEqual({
      currency: "USD",
      group: null,
      number: 3,
      disbursed: 2500,
      outstanding: 2000,
      scheduled: 1100,
      received: 550,
      arrears: 550,
      margin_due: 150,
      buckets: [
        { bucket: "current", number: 2, outstanding: 1000, arrears: 0 },
        { bucket: "1-30", number: 1, outstanding: 1000, arrears: 550 },
        { bucket: "31-60", ...none },
        { bucket: "61-90", ...none },
        { bucket: "91-180", ...none },
        { bucket: "181+", ...none },
      ],
      par0: 0.5,
      par30: 0,
      par90: 0,
      repaid: 0,
      written_off: 0,
      recovered: 0,
      rebates: 0,
      overpaid: 0,
      // 275 days each; 1,000 of 350 days and 500 of 324, and a purchase of 500 without rows.
      average_remaining_days: 275,
      average_original_days: 341.333333,
      average_margin_rate: 0.075,
      largest_share: 0.5,
    });
  });

  it("counts write-offs, raises and rebates from their days on, and PAR is null if nothing is outstanding", async () => {
    const api = await stocked();
    const change = (change_date: string, more: object) =>
      api.accept("disbursement", {
        step: "update",
        disbursement_id: "L-3",
        change_date,
        change_reason: "Agreed",
        ...more,
      });
    await change("2026-04-01", { disbursement_amount: 1500, total_expected_margin: 70 });
    await change("2026-05-01", { disbursement_amount: 0 });
    const yen = async (day: string) =>
      (await api.get(`/api/portfolio?as_of_date=${day}`)).body.data.find(
        ({ currency }: Line) => currency === "JPY",
      );
    expect(await yen("2026-03-31")).toMatchObject({ disbursed: 1000, written_off: 0, rebates: 0, par0: 0 });
    expect(await yen("2026-04-01")).toMatchObject({ disbursed: 1500, outstanding: 1500, rebates: 30 });
    expect(await yen("2026-05-01")).toMatchObject({
      disbursed: 1500,
      written_off: 1500,
      outstanding: 0,
      par0: null,
    });
  });

  it.each([
    ["kind", ["loan", "purchase"]],
    ["client_id", [null, "C-1", "C-CO"]],
    ["country", [null, "FR", "US"]],
    ["disbursed_month", ["2026-01", "2026-02"]],
  ])("by %s adds up to the whole", async (grouping, groups) => {
    const api = await stocked();
    const whole = (await api.get("/api/portfolio?as_of_date=2026-03-31")).body.data[1];
    const { body } = await api.get(`/api/portfolio?as_of_date=2026-03-31&group_by=${grouping}`);
    const lines: Line[] = body.data.filter(({ currency }: Line) => currency === "USD");
    expect(lines.map(({ group }) => group)).toEqual(groups);
    for (const figure of ["number", "disbursed", "outstanding", "arrears"] as const) {
      expect(lines.reduce((sum, line) => sum + line[figure], 0)).toBe(whole[figure]);
    }
  });

  it("has a series of month ends, each the portfolio of that day", async () => {
    const api = await stocked();
    const { body } = await api.get("/api/portfolio?as_of_date=2026-03-31&series=month&months=12");
    const days = body.series.map(({ as_of_date }: { as_of_date: string }) => as_of_date);
    expect(days.slice(0, 3)).toEqual(["2026-03-31", "2026-02-28", "2026-01-31"]);
    expect(days).toHaveLength(12);
    expect(body.series[0].currencies).toEqual(body.data);
    const february = await api.get("/api/portfolio?as_of_date=2026-02-28");
    expect(body.series[1].currencies).toEqual(february.body.data);
    expect(body.series[11].currencies).toEqual([]);
  });

  it("known_at shows what the log knew, and stays the same after later events", async () => {
    const api = await stocked();
    const then = await api.get("/api/portfolio?as_of_date=2026-03-31&group_by=country");
    await api.accept("payment", { step: "delete", payment_id: "PAY-2" });
    await api.accept("client", { step: "update", client_id: "C-1", country: "DE" });
    const path = "/api/portfolio?as_of_date=2026-03-31&group_by=country&known_at=10";
    expect((await api.get(path)).body.data).toEqual(then.body.data);
    expect((await api.get("/api/portfolio?as_of_date=2026-03-31&known_at=0")).body.data).toEqual([]);
    await api.accept("payment", { step: "delete", payment_id: "PAY-1" });
    expect((await api.get(path)).body.data).toEqual(then.body.data);
  });

  it("stays exact beyond 64 bits", async () => {
    const api = await stocked();
    const most = "92233720368547758.07";
    for (const id of ["A", "B"]) {
      const event = JSON.stringify({ ...loan, ...dated, disbursement_id: id }).replace(
        '"disbursement_amount":10000',
        `"disbursement_amount":${most}`,
      );
      expect((await api.post("/ingest", `{"category":"disbursement","data":${event}}`)).status).toBe(201);
    }
    const { text } = await api.get("/api/portfolio?as_of_date=2026-03-31");
    expect(text).toContain('"outstanding":184467440737097516.14');
  });

  it("as CSV has one line per currency, group and month, with buckets as columns", async () => {
    const api = await stocked();
    const path = "/api/portfolio?as_of_date=2026-03-15&group_by=kind&series=month";
    const { text, headers } = await api.get(path, { Accept: "text/csv" });
    expect(headers.get("Vary")).toContain("Accept");
    const [head = "", ...lines] = text.trim().split("\r\n");
    expect(head).toContain("as_of_date,currency,group,number,disbursed,");
    expect(head).toContain(",buckets_1-30_number,buckets_1-30_outstanding,buckets_1-30_arrears,");
    expect(lines.map((line) => line.split(",").slice(0, 4).join(" "))).toEqual([
      "2026-03-15 JPY loan 1",
      "2026-03-15 USD loan 2",
      "2026-03-15 USD purchase 1",
      "2026-02-28 JPY loan 1",
      "2026-02-28 USD loan 2",
      "2026-02-28 USD purchase 1",
      "2026-01-31 JPY loan 1",
      "2026-01-31 USD loan 1",
    ]);
  });
});

describe("a memo", () => {
  it("answers until the next event, and never after it", async () => {
    const api = await stocked();
    const path = "/api/portfolio?as_of_date=2026-03-31";
    const before = await api.get(path);
    // The head of the log, the memo, and the event that the memo says was the head: it must be in the log still.
    expect((await measured(api.tenant, path)).rowsRead).toBeLessThanOrEqual(8);
    expect((await api.get(path)).body).toEqual(before.body);
    await api.accept("payment", {
      step: "update",
      payment_id: "PAY-1",
      status: "paid",
      payment_date: "2026-03-31",
    });
    expect((await api.get(path)).body.data[1]).toMatchObject({ arrears: 0, received: 1100 });
  });

  it("belongs to its tenant", async () => {
    const api = await stocked();
    const path = "/api/portfolio?as_of_date=2026-03-31";
    await api.get(path);
    expect((await new Api().get(path)).body.data).toEqual([]);
  });
});

describe("a tenant that does not fit one request", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    "/api/portfolio?as_of_date=2026-06-15",
    "/api/quality?as_of_date=2026-06-15",
    "/api/positions?as_of_date=2026-06-15",
  ])(
    "is computed in successive steps, and the answer says so: %s",
    async (path) => {
      const api = new Api();
      await seedLoans(api.tenant, { loans: 1200, paymentsOfALoan: 2 });
      const whole = (await measured(api.tenant, path)).answer;
      await env.DB.prepare("DELETE FROM position_memos WHERE tenant_id = ?").bind(api.tenant).run();
      // Each look at the clock is an hour's thousandth later: a request has time for one page of 500 disbursements.
      let clock = Date.now();
      vi.spyOn(Date, "now").mockImplementation(() => (clock += 3_600));
      const answers = [];
      for (const _ of [1, 2, 3]) answers.push((await measured(api.tenant, path)).answer);
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 200]);
      expect(answers[0]?.headers.get("Retry-After")).toBe("1");
      expect(answers.slice(0, 2).map(({ body }) => body)).toMatchObject([
        { complete: false, disbursements_done: 500 },
        { complete: false, disbursements_done: 1000 },
      ]);
      expect(answers[2]?.body.data ?? answers[2]?.body.rules).toEqual(whole.body.data ?? whole.body.rules);
    },
    20_000,
  );
});

describe("quality", () => {
  it("counts each rule and names its first examples, only by ids", async () => {
    const api = await stocked();
    const paid = {
      ...payment,
      status: "paid",
      payment_total: 2000,
      due_date: "2026-01-01",
      installment_number: 3,
    };
    await api.accept("payment", { ...paid, payment_id: "ODD", disbursement_id: "L-3", currency: "JPY" });
    const { body } = await api.get("/api/quality?as_of_date=2027-02-01");
    const found = Object.fromEntries(
      body.rules.map(({ code, count, examples }: { code: string; count: number; examples: unknown[] }) => [
        code,
        [count, examples[0]],
      ]),
    );
    const odd = { disbursement_id: "L-3", payment_id: "ODD" };
    expect(found).toEqual({
      paid_more_than_expected: [0, undefined],
      paid_more_than_loan: [1, { disbursement_id: "L-3" }],
      received_before_disbursement: [1, odd],
      received_in_future: [0, undefined],
      schedule_differs_from_terms: [4, { disbursement_id: "L-1" }],
      schedule_parts_differ_from_terms: [1, { disbursement_id: "L-3" }],
      installment_gap: [1, { disbursement_id: "L-3" }],
      paid_without_date: [1, odd],
      own_row_unpaid: [0, undefined],
      same_bank_ref: [0, undefined],
      change_out_of_order: [0, undefined],
      extension_without_schedule: [0, undefined],
      matured_open: [2, { disbursement_id: "L-1" }],
      shared_registration_number: [1, { client_ids: ["C-1", "C-CO"] }],
      currency_differs: [0, undefined],
    });
  });

  it("names at most twenty examples, and as CSV has one line per example", async () => {
    const api = new Api();
    await api.accept("client", individual);
    for (let n = 0; n < 25; n += 1) {
      await api.accept("disbursement", { ...loan, ...dated, disbursement_id: `L-${n}` });
    }
    const { body } = await api.get("/api/quality?as_of_date=2026-03-01");
    const rule = body.rules.find(({ code }: { code: string }) => code === "schedule_differs_from_terms");
    expect([rule.count, rule.examples.length]).toEqual([25, 20]);
    const { text } = await api.get("/api/quality?as_of_date=2026-03-01", { Accept: "text/csv" });
    const lines = text.trim().split("\r\n");
    expect(lines[0]).toBe("code,count,disbursement_id,payment_id,client_ids");
    expect(lines[1]).toBe("schedule_differs_from_terms,25,L-0,,");
    expect(lines).toHaveLength(21);
  });
});
