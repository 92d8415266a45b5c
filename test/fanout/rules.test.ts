import { describe, expect, it } from "vitest";
import { loan, operation, purchase } from "../support/examples.ts";
import { noHistory } from "./expected.ts";
import { deliver, historyOf, messageFor, revise, rowCount, tenantWithoutQueue } from "./queue.ts";

/** A tenant with a client, the events given, and their history. */
async function historyAfter(...events: readonly (readonly [category: string, data: object])[]) {
  const { api } = await tenantWithoutQueue();
  const answers = [];
  for (const [category, data] of events) answers.push(await api.accept(category, data));
  expect(await deliver([messageFor(api.tenant)])).toEqual(["acked"]);
  return { history: await historyOf(api.tenant), eventIds: answers.map(({ body }) => body.event_id) };
}

const create = ["disbursement", loan] as const;
const update = (terms: object, change: object = {}) => ["disbursement", revise(terms, change)] as const;
const asset = (data: object) => ["operation", { ...operation, asset_id: "A-1", ...data }] as const;
const later = { step: "update", operation_id: operation.operation_id } as const;
const change = { change_date: "2025-03-01", change_reason: "Client request" };

describe("the status of a disbursement", () => {
  it.each([
    ["loan", loan, loan.disbursement_date],
    ["purchase", purchase, purchase.operation_date],
  ])("is ongoing from a %s's own date on", async (_kind, data, on_date) => {
    const { history, eventIds } = await historyAfter(["disbursement", data]);
    expect(history).toEqual({
      ...noHistory(),
      disbursement_status: [
        {
          event_id: eventIds[0],
          on_date,
          created_at: expect.any(String),
          disbursement_id: data.disbursement_id,
          status: "ongoing",
        },
      ],
    });
  });

  it("is canceled when the disbursement is deleted, at the time of the event", async () => {
    const { history } = await historyAfter(create, [
      "disbursement",
      { step: "delete", disbursement_id: "L-1" },
    ]);
    const [, canceled] = history.disbursement_status;
    expect(canceled?.status).toBe("canceled");
    expect(Date.parse(String(canceled?.on_date))).toBe(Date.parse(String(canceled?.created_at)));
    expect(rowCount(history)).toBe(2);
  });

  it("is ongoing again when a disbursement with the same id is created again", async () => {
    const gone = ["disbursement", { step: "delete", disbursement_id: "L-1" }] as const;
    const { history } = await historyAfter(create, gone, create, gone);
    const statuses = history.disbursement_status.map(({ status }) => status);
    expect(statuses).toEqual(["ongoing", "canceled", "ongoing", "canceled"]);
  });
});

describe("a change of terms", () => {
  it("of only maturity_date is an extension, to a later or an earlier date", async () => {
    const { history } = await historyAfter(
      create,
      update({ maturity_date: "2026-01-31" }),
      update({ maturity_date: "2025-06-30" }),
    );
    const both = { disbursement_id: "L-1", on_date: "2025-03-01", ...change };
    expect(history).toEqual({
      ...noHistory(),
      disbursement_status: [expect.anything()],
      extensions: [
        expect.objectContaining({
          ...both,
          previous_maturity_date: loan.maturity_date,
          new_maturity_date: "2026-01-31",
        }),
        expect.objectContaining({
          ...both,
          previous_maturity_date: "2026-01-31",
          new_maturity_date: "2025-06-30",
        }),
      ],
    });
  });

  it("that only reduces the margin is a rebate of the difference", async () => {
    const { history } = await historyAfter(create, update({ total_expected_margin: 1200.5 }));
    const terms = { previous_margin: 1293, new_margin: 1200.5, rebate_amount: 92.5, currency: "USD" };
    expect(history.rebates).toEqual([expect.objectContaining({ ...terms, ...change })]);
    expect(rowCount(history)).toBe(2);
  });

  it("that only reduces the amount is a write-off of the difference", async () => {
    const { history } = await historyAfter(create, update({ disbursement_amount: 9999.99 }));
    const terms = { previous_amount: 10000, new_amount: 9999.99, write_off_amount: 0.01, currency: "USD" };
    expect(history.write_offs).toEqual([expect.objectContaining({ ...terms, ...change })]);
    expect(rowCount(history)).toBe(2);
  });

  it.each([
    ["margin", { total_expected_margin: 1300 }],
    ["amount", { disbursement_amount: 10001 }],
  ])("that only increases the %s makes no row", async (_term, terms) => {
    expect(rowCount((await historyAfter(create, update(terms))).history)).toBe(1);
  });

  it("to the present values makes no row", async () => {
    const { disbursement_amount, total_expected_margin, maturity_date } = loan;
    const same = update({ disbursement_amount, total_expected_margin, maturity_date });
    expect(rowCount((await historyAfter(create, same)).history)).toBe(1);
  });

  it("of something else makes no row", async () => {
    const { history } = await historyAfter(create, update({ bank_ref: "B-7" }));
    expect(rowCount(history)).toBe(1);
  });

  it.each([
    ["a longer maturity and a lower margin", { maturity_date: "2026-01-31", total_expected_margin: 1000 }, 2],
    ["a lower margin and a lower amount", { total_expected_margin: 1, disbursement_amount: 1 }, 2],
    ["a higher margin and a higher amount", { total_expected_margin: 2000, disbursement_amount: 20000 }, 0],
    ["all three", { maturity_date: "2026-01-31", total_expected_margin: 1000, disbursement_amount: 9000 }, 3],
  ])("of two or more terms is also a restructure: %s", async (_what, terms, others) => {
    const { history } = await historyAfter(create, update(terms));
    expect(history.restructures).toEqual([
      expect.objectContaining({
        disbursement_id: "L-1",
        previous_maturity_date: loan.maturity_date,
        new_maturity_date: "maturity_date" in terms ? terms.maturity_date : loan.maturity_date,
        previous_margin: 1293,
        new_margin: terms.total_expected_margin,
        previous_amount: 10000,
        new_amount: "disbursement_amount" in terms ? terms.disbursement_amount : 10000,
        currency: "USD",
        ...change,
      }),
    ]);
    expect(rowCount(history)).toBe(1 + 1 + others);
  });

  it("is dated by its change_date, in preference to any other date of the event", async () => {
    const { history } = await historyAfter(
      create,
      update({ maturity_date: "2026-01-31", disbursement_date: "2024-10-21" }),
    );
    expect(history.extensions[0]?.on_date).toBe("2025-03-01");
  });

  it("keeps the values of its moment when the record changes before history is derived", async () => {
    const { history } = await historyAfter(
      create,
      update({ disbursement_amount: 9000 }, { change_reason: "first" }),
      update({ disbursement_amount: 8000 }, { change_reason: "second" }),
      update({ disbursement_amount: 12000 }, { change_reason: "third" }),
      update({ disbursement_amount: 11000 }, { change_reason: "fourth" }),
      ["disbursement", { step: "delete", disbursement_id: "L-1" }],
    );
    const seen = history.write_offs.map((row) => [row.previous_amount, row.new_amount, row.change_reason]);
    expect(seen).toEqual([
      [10000, 9000, "first"],
      [9000, 8000, "second"],
      [12000, 11000, "fourth"],
    ]);
  });
});

describe("the status of an asset", () => {
  it("is stored when an operation is created with a condition, and at each update that states one", async () => {
    const { history, eventIds } = await historyAfter(
      create,
      asset({ asset_condition: "new" }),
      ["operation", { ...later, operation_name: "Renamed" }],
      ["operation", { ...later, asset_condition: "worn" }],
      ["operation", { ...later, asset_condition: "worn" }],
    );
    const row = { operation_id: "OP-1", disbursement_id: "L-1", asset_id: "A-1" };
    expect(history.asset_status).toEqual([
      expect.objectContaining({ ...row, event_id: eventIds[1], asset_condition: "new" }),
      expect.objectContaining({ ...row, event_id: eventIds[3], asset_condition: "worn" }),
      expect.objectContaining({ ...row, event_id: eventIds[4], asset_condition: "worn" }),
    ]);
    for (const { on_date, created_at } of history.asset_status) {
      expect(Date.parse(String(on_date))).toBe(Date.parse(String(created_at)));
    }
  });

  it("keeps the asset that the operation had at that event", async () => {
    const { history } = await historyAfter(
      create,
      asset({ asset_condition: "new" }),
      ["operation", { ...later, asset_id: "A-2" }],
      ["operation", { ...later, asset_id: null, asset_condition: "lost" }],
    );
    expect(history.asset_status.map(({ asset_id }) => asset_id)).toEqual(["A-1", null]);
  });

  it("is not stored without a condition, or when the condition is cleared or the operation deleted", async () => {
    const { history } = await historyAfter(
      create,
      asset({}),
      ["operation", { ...later, asset_condition: null }],
      ["operation", { step: "delete", operation_id: "OP-1" }],
    );
    expect(history.asset_status).toEqual([]);
  });
});
