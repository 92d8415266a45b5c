import { describe, expect, it } from "vitest";
import { deriveHistory } from "../../../src/domain/tape/history.ts";
import { stocked } from "../../support/decisions.ts";
import { loan, purchase } from "../../support/examples.ts";

/** The facts and the terms of an accepted event of a disbursement. */
function disbursementEvent(data: object, before: readonly object[] = []) {
  const ledger = stocked();
  for (const one of before) ledger.accept("disbursement", one);
  const { facts, effects } = ledger.accept("disbursement", data);
  const terms = effects.flatMap((effect) => (effect.type === "terms" ? [effect.on_date] : []));
  return { facts, terms };
}

const update = { step: "update", disbursement_id: "L-1" };
const because = { change_date: "2025-01-10", change_reason: "Agreed" };

describe("the date of a disbursement's event", () => {
  it.each([
    [{ ...update, ...because, maturity_date: "2026-01-01", disbursement_date: "2024-10-21" }, "2025-01-10"],
    [{ ...update, disbursement_date: "2024-10-21" }, "2024-10-21"],
    [{ ...update, change_date: "2025-01-10", disbursement_date: "2024-10-21" }, "2025-01-10"],
    [{ ...update, bank_ref: "B" }, undefined],
    [{ step: "update", disbursement_id: "P-1", operation_date: "2024-10-22" }, "2024-10-22"],
    [
      {
        step: "update",
        disbursement_id: "P-1",
        change_date: "2025-01-11",
        operation_date: "2024-10-22",
      },
      "2025-01-11",
    ],
  ])("of %j is %s: the change_date, else the date of the disbursement or operation", (data, on_date) => {
    expect(disbursementEvent(data).facts.on_date).toBe(on_date);
  });

  it("is among its facts with the reason of a change, which has no others", () => {
    const facts = { currency: "USD", disbursement_id: "L-1" };
    expect(disbursementEvent({ ...update, bank_ref: "B" }).facts).toStrictEqual({
      ...facts,
      changes: { bank_ref: { from: null, to: "B" } },
    });
    expect(disbursementEvent({ ...update, ...because, disbursement_amount: 9000 }).facts).toStrictEqual({
      ...facts,
      ...because,
      on_date: "2025-01-10",
      terms: {
        maturity_date: "2025-10-20T12:34:56",
        total_expected_margin: "129300",
        disbursement_amount: "900000",
      },
      changes: { disbursement_amount: { from: "1000000", to: "900000" } },
    });
    expect(disbursementEvent({ step: "delete", disbursement_id: "L-1" }).facts).toStrictEqual(facts);
  });

  it("dates its history row; without one the row has the time of the event", () => {
    const event = { sequence: 1, event_id: "e", category: "disbursement", step: "delete", record_id: "L-1" };
    const dateOf = (facts: object) =>
      deriveHistory({ ...event, facts, created_at: 1_700_000_000_000 })[0]?.values.on_date;
    expect(dateOf({ on_date: "2024-10-21", change_date: "2025-01-10" })).toBe("2024-10-21");
    expect(dateOf({})).toBe("2023-11-14T22:13:20");
  });

  it.each([
    [{ ...loan, disbursement_id: "L-2" }, "2024-10-20T12:34:56"],
    [{ ...purchase, disbursement_id: "P-2", payment_date: "2024-10-25" }, "2024-10-25"],
    [{ ...update, ...because, disbursement_amount: 9000 }, "2025-01-10"],
    [{ ...update, ...because, maturity_date: "2026-01-01", disbursement_date: "2024-10-21" }, "2025-01-10"],
  ])("of %j is the date from which its terms count: %s", (data, on_date) => {
    expect(disbursementEvent(data).terms).toEqual([on_date]);
  });
});

describe("a maturity that moves", () => {
  it.each([
    ["2026-12-31", "later"],
    ["2024-10-20", "back to the day of disbursement"],
  ])("to %s, %s, makes an extension", (maturity_date) => {
    const { facts } = disbursementEvent({ ...update, ...because, maturity_date });
    const event = { sequence: 1, event_id: "e", category: "disbursement", step: "update", record_id: "L-1" };
    expect(deriveHistory({ ...event, facts, created_at: 0 })).toMatchObject([
      { table: "extensions", values: { new_maturity_date: maturity_date, on_date: "2025-01-10" } },
    ]);
  });
});
