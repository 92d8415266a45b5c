import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { company, individual, loan, payment } from "../support/examples.ts";

/* Vintages and roll rates on the API (docs/analytics.md#vintages). */

const dated = { disbursement_date: "2026-01-01", maturity_date: "2026-12-31", total_expected_margin: 0 };

/** 600 that is due in February and never paid, and 400 of another client that is paid on 2026-02-20. */
async function stocked(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", company);
  await api.accept("disbursement", { ...loan, ...dated, disbursement_amount: 600 });
  const other = { disbursement_id: "L-2", client_id: "C-CO", disbursement_amount: 400 };
  await api.accept("disbursement", { ...loan, ...dated, ...other });
  const due = { payment_fee: 0, due_date: "2026-02-10" };
  await api.accept("payment", { ...payment, ...due, payment_total: 600, payment_principal: 600 });
  const second = { payment_id: "PAY-2", disbursement_id: "L-2", payment_total: 400, payment_principal: 400 };
  await api.accept("payment", { ...payment, ...due, ...second });
  await api.accept("payment", {
    step: "update",
    payment_id: "PAY-2",
    status: "paid",
    payment_date: "2026-02-20",
  });
  return api;
}

const SPAN = "from_date=2026-01-31&to_date=2026-02-28";

describe("roll rates", () => {
  it("are the cells that are not empty", async () => {
    const { body } = await (await stocked()).get(`/api/roll-rates?${SPAN}`);
    expect(body).toEqual({
      from_date: "2026-01-31",
      to_date: "2026-02-28",
      from_sequence: 7,
      to_sequence: 7,
      data: [
        {
          currency: "USD",
          from: "current",
          to: "1-30",
          number: 1,
          outstanding_from: 600,
          outstanding_to: 600,
          rate: 0.6,
        },
        {
          currency: "USD",
          from: "current",
          to: "repaid",
          number: 1,
          outstanding_from: 400,
          outstanding_to: 0,
          rate: 0.4,
        },
      ],
    });
  });

  it("have groups, filters, a past and a tolerance", async () => {
    const api = await stocked();
    const cells = async (query: string) =>
      (await api.get(`/api/roll-rates?${SPAN}&${query}`)).body.data.map(
        ({ group, from, to }: { group?: unknown; from: string; to: string }) => [group, from, to],
      );
    expect(await cells("group_by=client_id")).toEqual([
      ["C-1", "current", "1-30"],
      ["C-CO", "current", "repaid"],
    ]);
    expect(await cells("client_id=C-CO")).toEqual([[undefined, "current", "repaid"]]);
    expect(await cells("known_at=6&client_id=C-CO")).toEqual([[undefined, "current", "1-30"]]);
    expect(await cells("arrears_tolerance=600&client_id=C-1")).toEqual([[undefined, "current", "current"]]);
  });

  it("need both days, in their order", async () => {
    for (const query of ["from_date=2026-01-31", "from_date=2026-02-01&to_date=2026-01-31"]) {
      expect((await new Api().get(`/api/roll-rates?${query}`)).status).toBe(400);
    }
  });
});

const vintage = {
  currency: "USD",
  cohort: "2026-01",
  number: 2,
  disbursed: 1000,
  fees_received: 0,
  outstanding_30: 0,
  outstanding_90: 0,
  written_off: 0,
  recovered: 0,
  loss_rate: 0,
  net_loss_rate: 0,
  default_rate: 0,
};

describe("vintages", () => {
  it("are the cells whose months have ended", async () => {
    const { body } = await (await stocked()).get("/api/vintages?as_of_date=2026-03-15");
    const none = { principal_received: 0, arrears: 0, repaid: 0, pool_factor: 1 };
    expect(body).toEqual({
      as_of_date: "2026-03-15",
      from_sequence: 7,
      to_sequence: 7,
      data: [
        { ...vintage, ...none, months_on_book: 0, outstanding: 1000 },
        {
          ...vintage,
          months_on_book: 1,
          outstanding: 600,
          principal_received: 400,
          arrears: 600,
          repaid: 1,
          pool_factor: 0.6,
        },
      ],
    });
  });

  it("have groups, periods, a bound of months and a past", async () => {
    const api = await stocked();
    const cells = async (query: string) =>
      (await api.get(`/api/vintages?as_of_date=2026-05-31&${query}`)).body.data.map(
        ({ group, cohort, months_on_book, repaid }: Record<string, unknown>) => [
          group,
          cohort,
          months_on_book,
          repaid,
        ],
      );
    expect(await cells("by=quarter&group_by=client_id&months=1")).toEqual([
      ["C-1", "2026-Q1", 0, 0],
      ["C-1", "2026-Q1", 1, 0],
      ["C-CO", "2026-Q1", 0, 0],
      ["C-CO", "2026-Q1", 1, 1],
    ]);
    expect(await cells("months=0&known_at=6")).toEqual([[undefined, "2026-01", 0, 0]]);
    expect(await cells("by=year")).toEqual([]);
    expect(await cells("by=quarter&months=1&known_at=6")).toEqual([
      [undefined, "2026-Q1", 0, 0],
      [undefined, "2026-Q1", 1, 0],
    ]);
  });

  it.each([
    ["months=121", "months must be a whole number from 0 to 120"],
    ["by=week", "by must be one of month, quarter, year"],
    ["from_date=2026-01-01", 'unknown parameter "from_date"'],
  ])("%s is refused", async (query, detail) => {
    const answer = await new Api().get(`/api/vintages?${query}`);
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining(detail)]);
  });
});
