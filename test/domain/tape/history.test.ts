import { describe, expect, it } from "vitest";
import type { EventFacts } from "../../../src/domain/core/event.ts";
import { deriveHistory, type HistoryEvent } from "../../../src/domain/tape/history.ts";

const event = (category: string, step: string, facts: EventFacts, created_at = 0): HistoryEvent => ({
  sequence: 7,
  event_id: "event-7",
  category,
  step,
  record_id: "R-1",
  facts,
  created_at,
});

const TERMS = { maturity_date: "2026-01-31", total_expected_margin: "500", disbursement_amount: "9000" };

/** An update of a loan after which its terms are TERMS. */
const revised = (changes: EventFacts["changes"] = {}, facts: EventFacts = {}) =>
  deriveHistory(event("disbursement", "update", { currency: "EUR", terms: TERMS, changes, ...facts }));

const tables = (rows: ReturnType<typeof deriveHistory>) => rows.map(({ table }) => table);

describe("the rows of an event", () => {
  it("name the event that they are derived from, its place and its time", () => {
    expect(
      deriveHistory(event("disbursement", "create", { on_date: "2024-10-20" }, 1_700_000_000_000)),
    ).toEqual([
      {
        table: "disbursement_status",
        values: {
          sequence: 7,
          event_id: "event-7",
          created_at: 1_700_000_000_000,
          on_date: "2024-10-20",
          disbursement_id: "R-1",
          status: "ongoing",
        },
      },
    ]);
  });

  it.each([
    ["of whole seconds", 1_700_000_000_000, "2023-11-14T22:13:20"],
    ["with a fraction", 1_700_000_000_120, "2023-11-14T22:13:20.12"],
  ])("are dated by an event's time %s if it has no date of its own", (_what, created_at, on_date) => {
    const [row] = deriveHistory(event("disbursement", "delete", {}, created_at));
    expect(row?.values.on_date).toBe(on_date);
  });

  it("keep amounts exact beyond 2^53, to the last unit of 64 bits", () => {
    const terms = { ...TERMS, total_expected_margin: "1", disbursement_amount: "1" };
    const changes = { disbursement_amount: { from: "9223372036854775807", to: "1" } };
    const [row, ...others] = revised(changes, { terms });
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      table: "write_offs",
      values: {
        previous_amount: 9223372036854775807n,
        new_amount: 1n,
        write_off_amount: 9223372036854775806n,
        currency: "EUR",
      },
    });
  });

  it.each([
    [{}, []],
    [{ maturity_date: { from: "2025-01-01", to: "2026-01-31" } }, ["extensions"]],
    [{ total_expected_margin: { from: "501", to: "500" } }, ["rebates"]],
    [{ total_expected_margin: { from: "499", to: "500" } }, []],
    [{ disbursement_amount: { from: "9001", to: "9000" } }, ["write_offs"]],
    [{ disbursement_amount: { from: "8999", to: "9000" } }, []],
    [
      { total_expected_margin: { from: "499", to: "500" }, disbursement_amount: { from: "1", to: "9000" } },
      ["restructures"],
    ],
    [{ total_expected_margin: { from: "900", to: "500" }, bank_ref: { from: null, to: "B" } }, ["rebates"]],
    [
      {
        maturity_date: { from: "2025-01-01", to: "2026-01-31" },
        total_expected_margin: { from: "900", to: "500" },
        disbursement_amount: { from: "9900", to: "9000" },
      },
      ["extensions", "rebates", "write_offs", "restructures"],
    ],
  ])("of an update that changed %j are %j", (changes, expected) => {
    expect(tables(revised(changes))).toEqual(expected);
  });

  it.each([
    [
      { change_date: "2025-01-10", change_reason: "Agreed" },
      { change_date: "2025-01-10", change_reason: "Agreed" },
    ],
    [{}, { change_date: null, change_reason: null }],
  ])("name each term before and after, and why it changed: %j", (facts, reason) => {
    const changes = {
      maturity_date: { from: "2025-01-01", to: "2026-01-31" },
      total_expected_margin: { from: "900", to: "500" },
      disbursement_amount: { from: "9900", to: "9000" },
    };
    const maturity = { previous_maturity_date: "2025-01-01", new_maturity_date: "2026-01-31" };
    const margin = { previous_margin: 900n, new_margin: 500n, currency: "EUR" };
    const amount = { previous_amount: 9900n, new_amount: 9000n, currency: "EUR" };
    const origin = { sequence: 7, event_id: "event-7", created_at: 0, on_date: "1970-01-01T00:00:00" };
    const row = { ...origin, disbursement_id: "R-1", ...reason };
    expect(revised(changes, facts).map(({ values }) => values)).toEqual([
      { ...row, ...maturity },
      { ...row, ...margin, rebate_amount: 400n },
      { ...row, ...amount, write_off_amount: 900n },
      { ...row, ...maturity, ...margin, ...amount },
    ]);
  });

  it("compare amounts as numbers, not as text", () => {
    expect(tables(revised({ total_expected_margin: { from: "1000", to: "500" } }))).toEqual(["rebates"]);
    expect(tables(revised({ total_expected_margin: { from: "60", to: "500" } }))).toEqual([]);
  });

  it.each([
    ["client", "create"],
    ["payment", "create"],
    ["payment", "delete"],
    ["operation", "create"],
    ["operation", "delete"],
    ["disbursement", "update"],
    ["ledger", "disbursement"],
  ])("of a %s's %s are none without a relevant change", (category, step) => {
    expect(deriveHistory(event(category, step, { disbursement_id: "L-1", currency: "EUR" }))).toEqual([]);
  });

  it("of an operation name the asset's condition, the asset and the disbursement", () => {
    const facts = { disbursement_id: "L-1", currency: "EUR", asset_id: null, asset_condition: "worn" };
    const values = { operation_id: "R-1", disbursement_id: "L-1", asset_id: null, asset_condition: "worn" };
    for (const step of ["create", "update"]) {
      expect(deriveHistory(event("operation", step, facts))).toMatchObject([
        { table: "asset_status", values },
      ]);
    }
    expect(deriveHistory(event("operation", "delete", facts))).toEqual([]);
  });
});

describe("no row is derived from an event with incomplete facts", () => {
  it("without its currency", () => {
    const changes = { total_expected_margin: { from: "900", to: "500" } };
    const facts = { terms: TERMS, changes };
    expect(() => deriveHistory(event("disbursement", "update", facts))).toThrow(/event-7 lacks its currency/);
  });

  it("without its disbursement", () => {
    const facts = { asset_condition: "new" };
    expect(() => deriveHistory(event("operation", "create", facts))).toThrow(
      /event-7 lacks its disbursement/,
    );
  });
});
