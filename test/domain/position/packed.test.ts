import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { NO_ATTRIBUTES } from "../../../src/domain/position/attributes.ts";
import type { Loan, RowEvent } from "../../../src/domain/position/facts.ts";
import { packFacts, unpackFacts } from "../../../src/domain/position/packed.ts";
import { installmentsAt, positionAt, USUAL } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { day, factsOf, holds, lives } from "./lives.ts";
import { expected, FIRST, loan, paid, ROWS, receipt } from "./loans.ts";

const packedAgain = (one: Loan) =>
  unpackFacts(one.disbursement.disbursement_id, packFacts({ loan: one, attributes: NO_ATTRIBUTES })).loan;

holds(
  "packed facts give the same position on any day, by any allocation",
  fc.property(lives(16), day, fc.constantFrom("oldest", "own"), (life, on, allocation) => {
    const measure = { ...USUAL, allocation } as const;
    const facts = factsOf(life);
    const [one, again] = [ready(facts, UTC), ready(packedAgain(facts), UTC)];
    expect(positionAt(again, on, measure)).toEqual(positionAt(one, on, measure));
    expect(again.agreementAt(on).maturity).toBe(one.agreementAt(on).maturity);
    const rows = (of: typeof one) => installmentsAt(of, on, measure).map(({ payment_id: _, ...row }) => row);
    expect(rows(again)).toEqual(rows(one));
  }),
  100,
);

/** As it is read from its row: with the payment's id. */
const DATED = {
  disbursement_id: "L-1",
  payment_id: "SECRET",
  sequence: 5,
  step: "create",
  change_date: "2026-02-02",
  set: { status: "expected", payment_total: 100n, due_date: "2026-02-01" },
} as const;

describe("packed facts", () => {
  it("are the same when they are packed again", () => {
    const one = loan(
      FIRST,
      [{ on: "2026-01-10", maturity: "2026-05-01" }],
      [...ROWS, receipt("R", "2026-02-01", 700)],
    );
    const text = packFacts({ loan: one, attributes: NO_ATTRIBUTES });
    expect(packFacts(unpackFacts("L-1", text))).toBe(text);
    expect(unpackFacts("L-1", text).loan.disbursement).toEqual(one.disbursement);
  });

  it("keep what reports select by", () => {
    const attributes = {
      country: "BR",
      insurer_name: "Seguro",
      info: new Map([["branch", "1"]]),
      client_info: new Map([["region", "N"]]),
      pledges: [
        { on_date: "2026-01-01", pledge_creditor: "A" },
        { on_date: "2026-02-01", pledge_creditor: null },
      ],
    };
    const one = loan(FIRST, [{ on: "2026-02-01" }], ROWS);
    expect(unpackFacts("L-1", packFacts({ loan: one, attributes })).attributes).toEqual(attributes);
  });

  it("keep amounts beyond 2^53 exactly", () => {
    const most = 9_223_372_036_854_775_807n;
    const [row] = ROWS;
    const one = loan(
      FIRST,
      [],
      [
        {
          ...row,
          payment_total: most,
          expected_total: most - 1n,
          expected_principal: null,
          expected_fee: null,
        },
      ],
    );
    const [kept] = packedAgain(one).payments;
    expect(kept).toMatchObject({ payment_total: most, expected_total: most - 1n, expected_principal: null });
  });

  it("hold no ids of payments, no bank references, and no payments that count in no position", () => {
    const [row] = ROWS;
    const one = loan(
      FIRST,
      [],
      [
        { ...row, payment_id: "SECRET", bank_ref: "SECRET", row_events: [DATED] },
        { ...row, payment_id: "P-9", status: "canceled" },
        { ...row, payment_id: "P-8", currency: "EUR" },
      ],
    );
    const text = packFacts({ loan: one, attributes: NO_ATTRIBUTES });
    expect(text).not.toContain("SECRET");
    expect(unpackFacts("L-1", text).loan.payments).toHaveLength(1);
  });

  it("keep what dated events of payments have set, and what they have not", () => {
    const [row] = ROWS;
    const most = 9_223_372_036_854_775_807n;
    const sent: RowEvent["set"] = {
      status: "expected",
      due_date: "2026-02-01",
      installment_number: 3,
      payment_total: most,
      payment_principal: null,
      payment_fee: 0n,
    };
    const row_events: RowEvent[] = [
      { sequence: 5, step: "create", change_date: null, set: sent },
      { sequence: 6, step: "update", change_date: "2026-02-02", set: { installment_number: null } },
      { sequence: 7, step: "delete", change_date: "2026-02-03T09:00:00", set: {} },
    ];
    const [kept] = packedAgain(loan(FIRST, [], [{ ...row, row_events }])).payments;
    expect(kept?.row_events).toStrictEqual(row_events);
  });

  it("keep the order of payments by id", () => {
    const rows = ["P-b", "P-C", "P-a", "P-10", "P-9"].map((id, index) =>
      expected(id, "2026-02-01", 100 + index, 0),
    );
    const totals = packedAgain(loan(FIRST, [], rows)).payments.map(
      ({ payment_total }) => Number(payment_total) / 100,
    );
    // P-10, P-9, P-C, P-a, P-b
    expect(totals).toEqual([103, 104, 101, 102, 100]);
  });

  it("of an installment of a loan take about 40 bytes", () => {
    const rows = Array.from({ length: 12 }, (_, index) =>
      paid(expected(`P-${index + 10}`, "2026-02-01", 100, 10), "2026-02-01"),
    );
    expect(packFacts({ loan: loan(FIRST, [], rows), attributes: NO_ATTRIBUTES }).length).toBeLessThan(
      12 * 45 + 300,
    );
  });
});
