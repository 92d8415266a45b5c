import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan, payment, purchase } from "../support/examples.ts";

const terms = {
  disbursement_amount: 1000,
  total_expected_margin: 100,
  disbursement_date: "2026-01-01",
  maturity_date: "2026-03-01",
};
const row = { ...payment, payment_total: 550, payment_principal: 500, payment_fee: 50 };
const receipt = { ...payment, status: "paid", payment_id: "R-1" };

/** A loan of 1,000 with a margin of 100, in two installments of 500 and 50. */
async function twoInstallments(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", { ...loan, ...terms });
  await api.accept("payment", { ...row, due_date: "2026-02-01", installment_number: 1 });
  await api.accept("payment", { ...row, payment_id: "PAY-2", due_date: "2026-03-01", installment_number: 2 });
  return api;
}

const changed = (change_date: string, members: object) => ({
  step: "update",
  disbursement_id: "L-1",
  change_date,
  change_reason: "agreed",
  ...members,
});

async function at(api: Api, day: string, more = "") {
  const { status, body, text } = await api.get(`/api/positions/L-1?as_of_date=${day}${more}`);
  expect(status, text).toBe(200);
  return body.data;
}

/** As it is, and as the log knew it: both must be the same at the head of the log. */
async function bothAt(api: Api, day: string) {
  const position = await at(api, day);
  const { body } = await api.get("/api/tables/events?limit=1");
  const last = body.data[0].sequence;
  await api.accept("client", { ...individual, client_id: `C-${last}` });
  expect(await at(api, day, `&known_at=${last}`)).toEqual(position);
  return position;
}

describe("what reduces and moves a loan", () => {
  it("a write-off reaches the schedule from its day on", async () => {
    const api = await twoInstallments();
    await api.accept("disbursement", changed("2026-02-15", { disbursement_amount: 600 }));
    const after = await bothAt(api, "2026-04-01");
    expect(after).toMatchObject({ arrears: { total: 700 }, outstanding_principal: 600, margin_due: 100 });
    expect(after.installments.map(({ reduced }: { reduced: object }) => reduced)).toEqual([
      { total: 0, principal: 0, fee: 0 },
      { total: 400, principal: 400, fee: 0 },
    ]);
    expect(await at(api, "2026-02-14")).toMatchObject({
      arrears: { total: 550 },
      outstanding_principal: 1000,
    });
  });

  it("an extension moves the row that was due on the old maturity", async () => {
    const api = await twoInstallments();
    await api.accept("disbursement", changed("2026-02-20", { maturity_date: "2026-06-01" }));
    const dues = async (day: string) =>
      (await bothAt(api, day)).installments.map(({ due_date }: { due_date: string }) => due_date);
    expect(await dues("2026-02-19")).toEqual(["2026-02-01", "2026-03-01"]);
    expect(await dues("2026-02-20")).toEqual(["2026-02-01", "2026-06-01"]);
  });

  it("a restructure leaves the days before it as they were", async () => {
    const api = await twoInstallments();
    const before = await at(api, "2026-02-28");
    const change_date = "2026-03-10";
    for (const payment_id of ["PAY-1", "PAY-2"]) {
      await api.accept("payment", { step: "update", payment_id, status: "canceled", change_date });
    }
    await api.accept("payment", { ...row, payment_id: "N-1", due_date: "2026-05-01", change_date });
    await api.accept("payment", { ...row, payment_id: "N-2", due_date: "2026-06-01", change_date });
    await api.accept("disbursement", changed(change_date, { maturity_date: "2026-06-01" }));
    expect(await bothAt(api, "2026-02-28")).toEqual(before);
    expect(await bothAt(api, "2026-03-10")).toMatchObject({
      state: "current",
      arrears: { total: 0 },
      installments: [{ payment_id: "N-1" }, { payment_id: "N-2" }],
    });
    const list = await api.get("/api/positions?as_of_date=2026-02-28");
    expect(list.body.data[0]).toMatchObject({ state: "late", arrears: { total: 550 } });
    const { body } = await api.get("/api/portfolio?as_of_date=2026-02-28");
    expect(body.data[0]).toMatchObject({ arrears: 550, scheduled: 550 });
  });

  it("a delete with a date leaves the row on the days before it", async () => {
    const api = await twoInstallments();
    await api.accept("payment", { step: "delete", payment_id: "PAY-2", change_date: "2026-02-15" });
    expect((await bothAt(api, "2026-02-14")).installments).toHaveLength(2);
    expect((await bothAt(api, "2026-02-15")).installments).toHaveLength(1);
  });

  it("refunds, recoveries and what repays a write-off are named", async () => {
    const api = await twoInstallments();
    await api.accept("payment", { ...receipt, payment_total: 200, payment_date: "2026-02-01" });
    const refund = {
      ...receipt,
      payment_id: "R-2",
      payment_total: 50,
      payment_date: "2026-02-02",
      refund: true,
    };
    await api.accept("payment", refund);
    expect(await bothAt(api, "2026-02-10")).toMatchObject({ received: { total: 150 }, refunded: 50 });
    const off = { disbursement_amount: 0, total_expected_margin: 0 };
    await api.accept("disbursement", changed("2026-03-01", off));
    const recovery = { ...receipt, payment_id: "R-3", payment_total: 300, payment_date: "2026-05-01" };
    await api.accept("payment", { ...recovery, recovery: true });
    expect(await bothAt(api, "2026-06-01")).toMatchObject({
      state: "written_off",
      recovered: 450,
      received: { total: 150 },
      overpaid: 0,
    });
  });
});

describe("measures", () => {
  it("a tolerance excuses arrears that do not exceed it", async () => {
    const api = await twoInstallments();
    await api.accept("payment", { ...receipt, payment_total: 549, payment_date: "2026-02-01" });
    expect(await at(api, "2026-02-10")).toMatchObject({ state: "late", days_past_due: 9 });
    const excused = { state: "current", days_past_due: 0, arrears: { total: 1 } };
    expect(await at(api, "2026-02-10", "&arrears_tolerance=1")).toMatchObject(excused);
    expect(await at(api, "2026-02-10", "&arrears_tolerance=EUR:5,USD:1")).toMatchObject(excused);
    expect(await at(api, "2026-02-10", "&arrears_tolerance=EUR:5")).toMatchObject({ days_past_due: 9 });
    expect(await at(api, "2026-02-10", "&arrears_tolerance_share=0.01")).toMatchObject(excused);
    const list = await api.get("/api/positions?as_of_date=2026-02-10&arrears_tolerance=1&state=late");
    expect(list.body.data).toEqual([]);
    const { body } = await api.get("/api/portfolio?as_of_date=2026-02-10&arrears_tolerance=1");
    expect(body.data[0]).toMatchObject({ par0: 0, arrears: 1 });
  });

  it("allocation=own lets money cover the row on which it was recorded", async () => {
    const api = await twoInstallments();
    const paid = { step: "update", payment_id: "PAY-2", status: "paid", payment_date: "2026-02-01" };
    await api.accept("payment", paid);
    const covered = async (more: string) =>
      (await at(api, "2026-02-10", more)).installments.map(({ covered }: { covered: number }) => covered);
    expect(await covered("")).toEqual([550, 0]);
    expect(await covered("&allocation=own")).toEqual([0, 550]);
  });

  it.each(["allocation=x", "arrears_tolerance=-1", "arrears_tolerance=USD", "arrears_tolerance_share=2"])(
    "%s is refused",
    async (measure) => {
      for (const path of ["/api/positions/L-1", "/api/positions", "/api/portfolio"]) {
        const { status, body } = await new Api().get(`${path}?${measure}`);
        expect([status, body.code]).toEqual([400, "invalid_query"]);
      }
    },
  );
});

describe("filters", () => {
  const FIRST = { client_id: "C-1", pledge_creditor: "Bank A", insurer_name: "Insurer" };

  async function some(): Promise<Api> {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("client", { ...individual, client_id: "C-2", country: "FR" });
    await api.accept("disbursement", { ...loan, ...terms, disbursement_id: "A", ...FIRST });
    const second = {
      disbursement_id: "B",
      client_id: "C-2",
      currency: "EUR",
      disbursement_date: "2026-02-01",
    };
    await api.accept("disbursement", { ...loan, ...terms, ...second });
    const both = [{ client_id: "C-1" }, { client_id: "C-2" }];
    const third = { disbursement_id: "C", purchase_clients: both, payment_date: "2026-03-01" };
    await api.accept("disbursement", { ...purchase, ...third, pledge_creditor: "Bank B" });
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "A",
      change_date: "2026-03-15",
      pledge_creditor: "Bank B",
    });
    return api;
  }

  it.each([
    ["kind=loan", ["A", "B"]],
    ["kind=loan&kind=purchase", ["A", "B", "C"]],
    ["currency=EUR", ["B"]],
    ["client_id=C-2", ["B", "C"]],
    ["client_id=", ["C"]],
    ["client_id=C-1&client_id=", ["A", "C"]],
    ["country=FR", ["B"]],
    ["country=FR&country=US", ["A", "B"]],
    ["country=", ["C"]],
    ["pledge_creditor=Bank+A", []],
    ["pledge_creditor=Bank+B", ["A", "C"]],
    ["pledge_creditor=", ["B"]],
    ["insurer_name=Insurer", ["A"]],
    ["insurer_name=", ["B", "C"]],
    ["disbursed_from=2026-02-01", ["B", "C"]],
    ["disbursed_from=2026-02-01&disbursed_to=2026-02-28", ["B"]],
    ["state=pending&state=current", ["C"]],
    ["bucket=1-30", ["A", "B"]],
    ["bucket=", []],
    ["kind=purchase&currency=EUR", []],
    ["disbursement_id=B", ["B"]],
    ["disbursement_id=B&kind=purchase", []],
    ["disbursement_id=.", []],
  ])("%s finds %j in lists and sums, now and as the log knew it", async (filter, ids) => {
    const api = await some();
    const day = "as_of_date=2026-03-20";

    for (const more of [
      "",
      "&sort_by=disbursement_id",
      "&known_at=6",
      "&known_at=6&sort_by=disbursement_id",
    ]) {
      const { body, text } = await api.get(`/api/positions?${day}&${filter}${more}`);
      const found = body.data?.map(({ disbursement_id }: { disbursement_id: string }) => disbursement_id);
      expect(found?.sort(), `${more} ${text}`).toEqual(ids);
    }
    if (filter.startsWith("disbursement_id")) return;
    for (const more of ["", "&known_at=6"]) {
      const { body, text } = await api.get(`/api/portfolio?${day}&${filter}${more}`);
      const sum = body.data?.reduce((total: number, { number }: { number: number }) => total + number, 0);
      expect(sum, text).toBe(ids.length);
    }
  });

  it("the creditor is that of the day", async () => {
    const api = await some();
    const { body } = await api.get("/api/positions?as_of_date=2026-03-14&pledge_creditor=Bank+A");
    expect(body.data).toHaveLength(1);
  });

  it.each(["kind=", "kind=x&kind=loan", "currency=", "state=", "bucket=x", "country=USA", "disbursed_from="])(
    "%s is refused",
    async (filter) => {
      for (const path of ["/api/positions", "/api/portfolio", "/api/quality", "/api/quality/matured_open"]) {
        const { status, body } = await new Api().get(`${path}?${filter}`);
        expect([status, body.code]).toEqual([400, "invalid_query"]);
        expect(body.detail).toContain(filter.split("=")[0]);
      }
    },
  );
});

describe("changed_since", () => {
  it("lists what became late and what is late no more, with what it was", async () => {
    const api = await twoInstallments();
    const { body } = await api.get("/api/positions?as_of_date=2026-02-02&changed_since=2026-02-01");
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({
      state: "late",
      from: { state: "current", bucket: "current", days_past_due: 0 },
    });
    const same = await api.get("/api/positions?as_of_date=2026-02-10&changed_since=2026-02-02");
    expect(same.body.data).toEqual([]);
    const begun = await api.get("/api/positions?as_of_date=2026-01-01&changed_since=2025-12-31");
    expect(begun.body.data[0].from).toMatchObject({ state: "pending", outstanding_principal: 0 });
    const csv = await api.get("/api/positions?as_of_date=2026-02-02&changed_since=2026-02-01", {
      Accept: "text/csv",
    });
    expect(csv.text.split("\r\n")[0]).toMatch(
      /,from_state,from_bucket,from_days_past_due,from_outstanding_principal$/,
    );
    const later = await api.get("/api/positions?as_of_date=2026-02-01&changed_since=2026-02-02");
    expect([later.status, later.body.code]).toEqual([400, "invalid_query"]);
  });
});

describe("a pay-off", () => {
  it.each(["none", "straight_line", "all"])("with the rebate %s is closed by its events", async (rebate) => {
    const api = await twoInstallments();
    const fee = {
      ...payment,
      payment_id: "FEE",
      payment_total: 20,
      installment_number: 0,
      due_date: "2026-01-05",
    };
    await api.accept("payment", fee);
    const { status, body, text } = await api.get(`/api/positions/L-1/payoff?on=2026-02-10&rebate=${rebate}`);
    expect(status, text).toBe(200);
    const left = { none: 0, straight_line: 32.2, all: 50 }[rebate] ?? 0;
    const figures = { on: "2026-02-10", principal: 1000, margin: 100, rebate: left, upfront_fee: 20 };
    expect(body.data).toMatchObject({ ...figures, total: 1120 - left });
    for (const { category, data } of body.data.events) await api.accept(category, data);
    expect(await bothAt(api, "2026-02-10")).toMatchObject({ state: "repaid", overpaid: 0 });
    const again = await api.get(`/api/positions/L-1/payoff?on=2026-02-10&rebate=${rebate}`);
    expect(again.body.data).toMatchObject({ total: 0, events: [] });
  });

  it("of a purchase names a client of it", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("disbursement", purchase);
    const { body } = await api.get("/api/positions/P-1/payoff?on=2024-12-01");
    for (const { category, data } of body.data.events) await api.accept(category, data);
    const after = await api.get("/api/positions/P-1?as_of_date=2024-12-01");
    expect(after.body.data.state).toBe("repaid");
  });

  it("is refused before the start, and for what does not exist", async () => {
    const api = await twoInstallments();
    const early = await api.get("/api/positions/L-1/payoff?on=2025-12-31");
    expect([early.status, early.body.code]).toEqual([409, "not_started"]);
    const unknown = await api.get("/api/positions/L-2/payoff");
    expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
    const odd = await api.get("/api/positions/L-1/payoff?rebate=some");
    expect([odd.status, odd.body.code]).toEqual([400, "invalid_query"]);
  });
});

describe("the tenant's settings", () => {
  it("say in which time zone a day is, and which arrears make nothing late, as they were in force", async () => {
    const api = await twoInstallments();
    await api.accept("payment", { ...receipt, payment_total: 549, payment_date: "2026-02-02T00:30:00Z" });
    const before = await at(api, "2026-02-10");
    expect(before).toMatchObject({ state: "late", last_received: { payment_date: "2026-02-02" } });
    const known = (await api.get("/api/tables/events?limit=1")).body.data[0].sequence;
    const change = { time_zone: "America/New_York", arrears_tolerance: "USD:1" };
    expect((await api.send("PUT", "/v1/settings", change)).status).toBe(200);
    const after = await at(api, "2026-02-10");
    expect(after).toMatchObject({ state: "current", last_received: { payment_date: "2026-02-01" } });
    expect(await at(api, "2026-02-10", "&arrears_tolerance=0")).toMatchObject({ state: "late" });
    expect(await at(api, "2026-02-10", `&known_at=${known}`)).toEqual(before);
    const list = await api.get("/api/positions?as_of_date=2026-02-10");
    expect(list.body.data[0]).toMatchObject({ state: "current" });
    const then = await api.get(`/api/positions?as_of_date=2026-02-10&known_at=${known}`);
    expect(then.body.data[0]).toMatchObject({ state: "late" });
    const sums = await api.get("/api/portfolio?as_of_date=2026-02-01");
    expect(sums.body.data[0]).toMatchObject({ received: 549 });
  });
});
