import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan, payment, purchase } from "../support/examples.ts";

/** The loan of docs/portfolio.md#an-example, as a lender sends it. */
async function golden(api = new Api()): Promise<Api> {
  await api.accept("client", individual);
  await api.accept("disbursement", {
    ...loan,
    disbursement_amount: 2000,
    total_expected_margin: 200,
    disbursement_date: "2025-12-01",
    maturity_date: "2026-03-01",
  });
  const installment = { ...payment, payment_total: 1100, payment_principal: 1000, payment_fee: 100 };
  const due = { "PAY-1": "2026-02-01", "PAY-2": "2026-03-01" };
  for (const [index, [payment_id, due_date]] of Object.entries(due).entries()) {
    await api.accept("payment", { ...installment, payment_id, due_date, installment_number: index + 1 });
  }
  const paid = { step: "update", status: "paid" };
  await api.accept("payment", {
    ...paid,
    payment_id: "PAY-1",
    payment_date: "2026-02-01",
    payment_total: 700,
  });
  await api.accept("payment", { ...paid, payment_id: "PAY-2", payment_date: "2026-07-01" });
  return api;
}

const at = (api: Api, day: string, more = "") => api.get(`/api/positions/L-1?as_of_date=${day}${more}`);

describe("the position of a loan that was paid with less than was due", () => {
  it("is complete, digit by digit", async () => {
    const api = await golden();
    const { status, body } = await at(api, "2026-07-02");
    expect(status).toBe(200);
    expect(body.data).toEqual({
      disbursement_id: "L-1",
      kind: "loan",
      client_id: "C-1",
      currency: "USD",
      as_of_date: "2026-07-02",
      state: "matured_unpaid",
      bucket: "91-180",
      days_past_due: 123,
      terms: {
        first_agreed: { amount: 2000, margin: 200, maturity_date: "2026-03-01" },
        as_of: { amount: 2000, margin: 200, maturity_date: "2026-03-01" },
        changes: [],
      },
      scheduled: { total: 2200, principal: 2000, fee: 200 },
      received: { total: 1800, principal: 1600, fee: 200 },
      arrears: { total: 400, principal: 400, fee: 0 },
      outstanding_principal: 400,
      margin_due: 0,
      refunded: 0,
      recovered: 0,
      overpaid: 0,
      next_due: null,
      last_received: { payment_date: "2026-07-01", amount: 1100 },
      installments: [
        {
          payment_id: "PAY-1",
          installment_number: 1,
          due_date: "2026-02-01",
          expected: { total: 1100, principal: 1000, fee: 100 },
          reduced: { total: 0, principal: 0, fee: 0 },
          self_scheduled: false,
          covered: 1100,
          days_late: 150,
          paid_on: "2026-07-01",
        },
        {
          payment_id: "PAY-2",
          installment_number: 2,
          due_date: "2026-03-01",
          expected: { total: 1100, principal: 1000, fee: 100 },
          reduced: { total: 0, principal: 0, fee: 0 },
          self_scheduled: false,
          covered: 700,
          days_late: 123,
          paid_on: null,
        },
      ],
      ledger_loan_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
    });
  });

  it.each([
    ["2026-02-15", "late", 400, 14],
    ["2026-04-01", "matured_unpaid", 1500, 59],
  ])("as of %s it is %s with arrears of %d, %d days past due", async (day, state, total, days_past_due) => {
    const { body } = await at(await golden(), day);
    expect(body.data).toMatchObject({ state, arrears: { total }, days_past_due });
  });

  it("known_at shows what the log knew, by sequence and by time, on any day", async () => {
    const api = await golden();
    const before = await at(api, "2026-07-02", "&known_at=4");
    expect(before.status, before.text).toBe(200);
    expect(before.body.data).toMatchObject({ received: { total: 0 }, arrears: { total: 2200 } });
    const partly = await at(api, "2026-07-02", "&known_at=5");
    expect(partly.body.data).toMatchObject({ received: { total: 700 }, arrears: { total: 1500 } });
    const events = (await api.get("/api/tables/events?sort_order=asc")).body.data;
    const now = await at(api, "2026-07-02", `&known_at=${events.at(-1).created_at}`);
    expect(now.body).toEqual((await at(api, "2026-07-02")).body);
    expect((await at(api, "2026-07-02", "&known_at=1")).status).toBe(404);
    expect((await at(api, "2026-07-02", "&known_at=2020-01-01T00:00:00Z")).status).toBe(404);
  });

  it("with series=days has each day on which a figure changes, as the log knew it", async () => {
    const api = await golden();
    const step = (as_of_date: string, state: string, ...amounts: readonly [number, number, number]) => {
      const [scheduled, received, outstanding_principal] = amounts;
      return { as_of_date, state, scheduled, received, outstanding_principal, changes_schedule: false };
    };
    const { body } = await at(api, "2026-02-15", "&series=days");
    const before = [
      step("2025-12-01", "current", 0, 0, 2000),
      step("2026-02-01", "current", 1100, 700, 1400),
    ];
    expect(body.data.series).toEqual([
      ...before,
      step("2026-03-01", "late", 2200, 700, 1400),
      step("2026-07-01", "matured_unpaid", 2200, 1800, 400),
    ]);
    const then = (await at(api, "2026-02-15", "&series=days&known_at=5")).body.data.series;
    expect(then).toEqual([...before, step("2026-03-01", "late", 2200, 700, 1400)]);
  });

  it("known_at in the future is now", async () => {
    const api = await golden();
    const known_at = "known_at=2999-01-01T00:00:00Z";
    expect((await at(api, "2026-07-02", `&${known_at}`)).body).toEqual((await at(api, "2026-07-02")).body);
    for (const path of ["/api/positions", "/api/portfolio", "/api/quality", "/api/quality/matured_open"]) {
      const [then, now] = [await api.get(`${path}?${known_at}`), await api.get(path)];
      expect([then.status, then.body]).toEqual([200, now.body]);
    }
  });

  it.each(["7", "2026-02-01", "-1", "x", "1.5", ""])(
    "known_at=%s is refused: the log has not reached that moment",
    async (known_at) => {
      const { status, body } = await at(await golden(), "2026-07-02", `&known_at=${known_at}`);
      expect([status, body.code]).toEqual([400, "invalid_query"]);
    },
  );

  it("as CSV has one line per installment", async () => {
    const api = await golden();
    const answer = await api.get("/api/positions/L-1?as_of_date=2026-07-02", { Accept: "text/csv" });
    expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.headers.get("Vary")).toBe("Accept");
    expect(answer.text).toBe(
      [
        "disbursement_id,currency,as_of_date,payment_id,installment_number,due_date,expected_total,expected_principal,expected_fee,reduced_total,reduced_principal,reduced_fee,covered,days_late,paid_on,self_scheduled",
        "L-1,USD,2026-07-02,PAY-1,1,2026-02-01,1100,1000,100,0,0,0,1100,150,2026-07-01,false",
        "L-1,USD,2026-07-02,PAY-2,2,2026-03-01,1100,1000,100,0,0,0,700,123,,false",
        "",
      ].join("\r\n"),
    );
  });
});

it("a disbursement's row and its position name the same loan of the ledger", async () => {
  const api = await golden();
  const { ledger_loan_id } = (await api.get("/api/tables/disbursements/L-1")).body.data;
  expect(ledger_loan_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
  expect((await at(api, "2026-07-02")).body.data.ledger_loan_id).toBe(ledger_loan_id);
});

describe("a disbursement", () => {
  it("that does not exist, is deleted or is another tenant's has no position", async () => {
    const api = await golden();
    expect((await api.get("/api/positions/L-2")).status).toBe(404);
    expect((await new Api().get("/api/positions/L-1")).status).toBe(404);
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    expect((await api.get("/api/positions/L-1")).body.code).toBe("not_found");
  });

  it("that is created again starts with new terms, and keeps its payments", async () => {
    const api = await golden();
    const change = { change_date: "2026-01-01", change_reason: "r" };
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_amount: 1,
      ...change,
    });
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    await api.accept("disbursement", { ...loan, disbursement_amount: 3000, maturity_date: "2026-12-01" });
    const { body } = await at(api, "2026-07-02");
    expect(body.data.terms.first_agreed.amount).toBe(3000);
    expect(body.data.terms.changes).toEqual([]);
    expect(body.data).toMatchObject({ received: { total: 1800 }, outstanding_principal: 1400 });
    expect((await at(api, "2026-07-02", "&known_at=9")).body).toEqual(body);
  });

  it("whose terms change shows each change from its date on", async () => {
    const api = await golden();
    const change = { change_date: "2026-05-01", change_reason: "Agreed" };
    const event = { step: "update", disbursement_id: "L-1", maturity_date: "2026-09-01" };
    await api.accept("disbursement", { ...event, disbursement_amount: 1900.5, ...change });
    expect((await at(api, "2026-04-30")).body.data.terms.changes).toEqual([]);
    expect((await at(api, "2026-05-01")).body.data.terms).toEqual({
      first_agreed: { amount: 2000, margin: 200, maturity_date: "2026-03-01" },
      as_of: { amount: 1900.5, margin: 200, maturity_date: "2026-09-01" },
      changes: [
        { sequence: 7, change_date: "2026-05-01", amount: 1900.5, margin: 200, maturity_date: "2026-09-01" },
      ],
    });
  });

  it("in another currency than some of its payments excludes those", async () => {
    const api = await golden();
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    await api.accept("disbursement", { ...loan, currency: "JPY" });
    expect((await at(api, "2026-07-02")).body.data).toMatchObject({ currency: "JPY", installments: [] });
    const { rules } = (await api.get("/api/quality?as_of_date=2026-07-02")).body;
    expect(rules.find(({ code }: { code: string }) => code === "currency_differs")).toMatchObject({
      count: 2,
    });
  });
});

describe("the queries", () => {
  it.each([
    "/api/positions/L-1?as_of_date=2026-02-30",
    "/api/positions/L-1?as_of_date=2026-02-01T00:00:00Z",
    "/api/positions/L-1?limit=5",
    "/api/positions?bucket=1-31",
    "/api/positions?state=open",
    "/api/positions?sort_by=client_id",
    "/api/positions?limit=201",
    "/api/positions?currency=XXX",
    "/api/positions?known_at=9",
    "/api/positions?cursor=abc",
    "/api/portfolio?group_by=currency",
    "/api/portfolio?series=week",
    "/api/portfolio?series=month&months=11",
    "/api/portfolio?series=month&months=61",
    "/api/portfolio?months=12",
    "/api/quality?known_at=9",
  ])("%s is refused with its fault", async (path) => {
    const { status, body } = await new Api().get(path);
    expect([status, body.code]).toEqual([400, "invalid_query"]);
  });

  it("require positions:read or records:read", async () => {
    const { tenant } = await golden();
    for (const path of ["/api/positions/L-1", "/api/positions", "/api/portfolio", "/api/quality"]) {
      expect((await new Api(tenant, "positions:read").get(path)).status).toBe(200);
      expect((await new Api(tenant, "records:read").get(path)).status).toBe(200);
      const refused = await new Api(tenant, "ingest:write").get(path);
      expect([refused.status, refused.body.code]).toEqual([403, "insufficient_scope"]);
    }
    expect((await new Api(tenant, "positions:read").get("/api/tables/payments")).status).toBe(403);
  });
});

async function manyLoans(count: number): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", { ...individual, client_id: "C-2", country: "FR" });
  for (let n = 1; n <= count; n += 1) {
    const disbursement_id = `L-${String(n).padStart(2, "0")}`;
    const dates = { disbursement_date: "2026-01-01", maturity_date: "2026-12-31" };
    const client_id = n % 2 ? "C-1" : "C-2";
    await api.accept("disbursement", {
      ...loan,
      ...dates,
      disbursement_id,
      client_id,
      disbursement_amount: n,
    });
    const due_date = `2026-03-${String(n).padStart(2, "0")}`;
    await api.accept("payment", {
      ...payment,
      payment_id: `P-${n}`,
      disbursement_id,
      due_date,
      payment_total: n,
    });
  }
  return api;
}

const idsOf = (answer: { body: { data: { disbursement_id: string }[] } }) =>
  answer.body.data.map(({ disbursement_id }) => disbursement_id);

describe("the list of positions", () => {
  it("is ordered by days past due, the latest loans first, and has pages to its end", async () => {
    const api = await manyLoans(7);
    const query = "/api/positions?as_of_date=2026-03-05&limit=3";
    const first = await api.get(query);
    expect(idsOf(first)).toEqual(["L-01", "L-02", "L-03"]);
    expect(first.body.data[0]).toMatchObject({ days_past_due: 4, bucket: "1-30", arrears: { total: 1 } });
    expect(first.body.data[0].installments).toBeUndefined();
    expect(first.body.pagination).toMatchObject({ limit: 3, has_more: true, listed_all: true });
    const second = await api.get(`${query}&cursor=${first.body.pagination.next_cursor}`);
    expect(idsOf(second)).toEqual(["L-04", "L-05", "L-06"]);
    const third = await api.get(`${query}&cursor=${second.body.pagination.next_cursor}`);
    expect(idsOf(third)).toEqual(["L-07"]);
    expect(third.body.pagination).toMatchObject({ has_more: false });
    expect(third.body.pagination.next_cursor).toBeUndefined();
  });

  it("continues the list of its first page, with what its disbursements are when a page is read", async () => {
    const api = await manyLoans(4);
    const query = "/api/positions?as_of_date=2026-03-05&limit=2";
    const first = await api.get(query);
    await api.accept("payment", {
      step: "update",
      payment_id: "P-3",
      status: "paid",
      payment_date: "2026-03-01",
    });
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-04" });
    const second = await api.get(`${query}&cursor=${first.body.pagination.next_cursor}`);
    expect(idsOf(second)).toEqual(["L-03"]);
    expect(second.body.data[0].arrears.total).toBe(0);
    const { from_sequence, to_sequence, has_more } = second.body.pagination;
    expect([to_sequence - from_sequence, has_more]).toEqual([2, false]);
    expect(idsOf(await api.get(query))).toEqual(["L-01", "L-02"]);
    expect(idsOf(await api.get("/api/positions?as_of_date=2026-03-05"))).toEqual(["L-01", "L-02", "L-03"]);
  });

  it("leaves out of a later page what its filters leave out by then", async () => {
    const api = await manyLoans(4);
    const query = "/api/positions?as_of_date=2026-03-05&state=late&limit=2";
    const first = await api.get(query);
    const paid = { step: "update", payment_id: "P-3", status: "paid", payment_date: "2026-03-01" };
    await api.accept("payment", paid);
    const second = await api.get(`${query}&cursor=${first.body.pagination.next_cursor}`);
    expect([idsOf(first), idsOf(second)]).toEqual([["L-01", "L-02"], ["L-04"]]);
  });

  it("expires after an hour, and refuses a cursor of another query", async () => {
    const api = await manyLoans(3);
    const query = "/api/positions?as_of_date=2026-03-05&limit=1";
    const { next_cursor } = (await api.get(query)).body.pagination;
    const other = await api.get(`/api/positions?as_of_date=2026-03-06&limit=1&cursor=${next_cursor}`);
    expect([other.status, other.body.code]).toEqual([400, "invalid_query"]);
    const hour = "UPDATE position_memos SET expires_at = expires_at - 3600000 WHERE tenant_id = ?";
    await env.DB.prepare(hour).bind(api.tenant).run();
    const late = await api.get(`${query}&cursor=${next_cursor}`);
    expect([late.status, late.body.code]).toEqual([400, "invalid_query"]);
    expect(late.body.detail).toContain("first page");
  });

  it.each([
    ["sort_by=arrears", ["L-03", "L-02", "L-01", "L-04"]],
    ["sort_by=arrears&sort_order=asc", ["L-04", "L-01", "L-02", "L-03"]],
    ["sort_by=outstanding", ["L-04", "L-03", "L-02", "L-01"]],
    ["sort_order=asc", ["L-03", "L-04", "L-02", "L-01"]],
    ["state=late", ["L-01", "L-02"]],
    ["bucket=current", ["L-03", "L-04"]],
    ["client_id=C-2", ["L-02", "L-04"]],
    ["kind=purchase", []],
    ["currency=EUR", []],
    ["kind=loan&currency=USD&client_id=C-1&state=current", ["L-03"]],
  ])("%s", async (query, ids) => {
    const api = await manyLoans(4);
    expect(idsOf(await api.get(`/api/positions?as_of_date=2026-03-03&${query}`))).toEqual(ids);
  });

  it("finds a purchase by each of its clients", async () => {
    const api = await manyLoans(1);
    const purchase_clients = [{ client_id: "C-1" }, { client_id: "C-2" }];
    await api.accept("disbursement", { ...purchase, purchase_clients });
    for (const client of ["C-1", "C-2"]) {
      const answer = await api.get(`/api/positions?kind=purchase&client_id=${client}`);
      expect(answer.body.data).toMatchObject([{ disbursement_id: "P-1", client_id: null }]);
    }
  });

  it("as CSV has one line per disbursement, and a link to its next page", async () => {
    const api = await manyLoans(3);
    const csv = { Accept: "text/csv" };
    const first = await api.get("/api/positions?as_of_date=2026-03-05&limit=2", csv);
    const lines = first.text.trim().split("\r\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^disbursement_id,kind,client_id,currency,as_of_date,state,bucket,days_past_due,terms_/,
    );
    expect(lines[1]).toMatch(
      /^L-01,loan,C-1,USD,2026-03-05,late,1-30,4,1,1293,2026-12-31,1,1293,2026-12-31,1,1,0,/,
    );
    const [, url = ""] = /^<([^>]+)>; rel="next"$/.exec(first.headers.get("Link") ?? "") ?? [];
    const { pathname, search } = new URL(url);
    const second = await api.get(pathname + search, csv);
    expect(second.text.trim().split("\r\n")[1]).toMatch(/^L-03,/);
    expect(second.headers.get("Link")).toBeNull();
  });
});
