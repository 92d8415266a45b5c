import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { company, individual, loan, payment } from "../support/examples.ts";

/* The movement of the portfolio on the API (docs/analytics.md#movement). */

const dated = { disbursement_date: "2026-01-01", maturity_date: "2026-03-01" };
const amounts = { disbursement_amount: 1000, total_expected_margin: 100 };

/** The example of the page, and a loan of another client in yen that begins in between. */
async function stocked(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", company);
  await api.accept("disbursement", { ...loan, ...dated, ...amounts });
  const row = {
    ...payment,
    payment_total: 550,
    payment_principal: 500,
    payment_fee: 50,
    due_date: "2026-02-01",
  };
  await api.accept("payment", row);
  await api.accept("payment", { ...row, payment_id: "PAY-2", due_date: "2026-03-01" });
  const paid = {
    step: "update",
    payment_id: "PAY-1",
    status: "paid",
    payment_date: "2026-02-01",
    payment_total: 700,
  };
  await api.accept("payment", paid);
  const change = { step: "update", disbursement_id: "L-1", change_reason: "Agreed" };
  await api.accept("disbursement", { ...change, disbursement_amount: 1200, change_date: "2026-02-10" });
  await api.accept("disbursement", { ...change, disbursement_amount: 1100, change_date: "2026-02-20" });
  const yen = { disbursement_id: "L-2", client_id: "C-CO", currency: "JPY", disbursement_date: "2026-02-01" };
  await api.accept("disbursement", { ...loan, ...dated, ...amounts, ...yen });
  return api;
}

const SPAN = "from_date=2026-01-15&to_date=2026-03-10";
const path = (query: string) => `/api/portfolio/movement?${query}`;

const DOLLARS = {
  currency: "USD",
  group: null,
  principal: { opening: 1000, disbursed: 0, raised: 200, repaid: 650, written_off: 100, closing: 450 },
  outstanding: { from: 1000, to: 450 },
  overpaid: { from: 0, to: 0 },
  recovered: { from: 0, to: 0 },
  arrears: { opening: 0, fell_due: 1100, collected: 700, adjusted: 100, closing: 500 },
};

describe("the movement of the portfolio", () => {
  it("is one line for each currency, and names its days and its moment", async () => {
    const { body } = await (await stocked()).get(path(SPAN));
    expect(body).toEqual({
      from_date: "2026-01-15",
      to_date: "2026-03-10",
      from_sequence: 9,
      to_sequence: 9,
      data: [
        {
          ...DOLLARS,
          currency: "JPY",
          principal: { opening: 0, disbursed: 1000, raised: 0, repaid: 0, written_off: 0, closing: 1000 },
          outstanding: { from: 0, to: 1000 },
          arrears: { opening: 0, fell_due: 0, collected: 0, adjusted: 1100, closing: 1100 },
        },
        DOLLARS,
      ],
    });
  });

  it("has groups and filters: state of the first day", async () => {
    const api = await stocked();
    const { body } = await api.get(path(`${SPAN}&group_by=state,client_id`));
    expect(body.data.map(({ group }: { group: unknown }) => group)).toEqual([
      ["pending", "C-CO"],
      ["current", "C-1"],
    ]);
    expect((await api.get(path(`${SPAN}&state=current`))).body.data).toEqual([DOLLARS]);
    expect((await api.get(path(`${SPAN}&state=matured_unpaid`))).body.data).toEqual([]);
  });

  it("at an earlier known_at shows what the log knew, and stays the same", async () => {
    const api = await stocked();
    const { body } = await api.get(path(`${SPAN}&known_at=5`));
    expect(body.data).toEqual([
      {
        ...DOLLARS,
        principal: { ...DOLLARS.principal, raised: 0, repaid: 0, written_off: 0, closing: 1000 },
        outstanding: { from: 1000, to: 1000 },
        arrears: { opening: 0, fell_due: 1100, collected: 0, adjusted: 0, closing: 1100 },
      },
    ]);
  });

  it.each([
    ["from_date=2026-01-15", "to_date must be a real date YYYY-MM-DD"],
    ["to_date=2026-01-15", "from_date must be a real date YYYY-MM-DD"],
    ["from_date=2026-01-16&to_date=2026-01-15", "from_date must not be after to_date"],
    [`${SPAN}&as_of_date=2026-01-15`, 'unknown parameter "as_of_date"'],
  ])("%s is refused", async (query, detail) => {
    const answer = await new Api().get(path(query));
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining(detail)]);
  });

  it("shows nothing to a caller without the scope, and nothing of another tenant", async () => {
    const api = await stocked();
    expect((await new Api(api.tenant, "records:write").get(path(SPAN))).status).toBe(403);
    expect((await new Api(api.tenant, "positions:read").get(path(SPAN))).body.data).toHaveLength(2);
    expect((await new Api().get(path(SPAN))).body.data).toEqual([]);
  });
});
