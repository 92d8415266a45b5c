import fc from "fast-check";
import { expect, it } from "vitest";
import { calendarOf } from "../../../src/domain/core/calendar.ts";
import { daysLate } from "../../../src/domain/position/days.ts";
import { installmentsAt, positionAt } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { STATES } from "../../../src/domain/position/state.ts";
import { modelPosition } from "../../simulation/position-model.ts";
import { factsOf, holds, type Life, lives } from "./lives.ts";

const DAYS = [
  "2025-12-30",
  "2026-01-20",
  "2026-02-01",
  "2026-02-20",
  "2026-03-02",
  "2026-04-05",
  "2027-01-31",
];
const ZONES = ["UTC", "UTC", "Asia/Tokyo", "America/New_York"];

function engineOn(life: Life, day: string, how: How) {
  const tolerance = { amount: "0", by_currency: { USD: how.minor }, share: how.share };
  const measure = { allocation: how.allocation, tolerance };
  const one = ready(factsOf(life), calendarOf(how.zone));
  const at = positionAt(one, day, measure);
  return {
    state: at.state,
    bucket: at.bucket,
    days: at.days_past_due,
    scheduled: at.scheduled,
    received: at.received,
    refunded: at.refunded,
    arrears: at.arrears,
    outstanding: at.outstanding_principal,
    margin_due: at.margin_due,
    overpaid: at.overpaid,
    recovered: at.recovered,
    next_due: at.next_due,
    disbursed: at.terms.first_agreed.amount + at.terms.raised,
    written_off: at.terms.written_off,
    rebates: at.terms.rebates,
    maturity: one.agreementAt(day).maturity,
    installments: installmentsAt(one, day, measure).map((row) => ({
      id: row.payment_id,
      due: row.due,
      expected: row.expected,
      total: row.total,
      reduced: row.expected.total - row.total,
      covered: row.covered,
      self_scheduled: row.self_scheduled,
      paid_on: row.paid_on,
      late: daysLate(row, day),
    })),
  };
}

interface How {
  readonly allocation: "oldest" | "own";
  readonly zone: string;
  readonly minor: string;
  readonly share: string;
}

const how = fc.record({
  allocation: fc.constantFrom<How["allocation"]>("oldest", "oldest", "own"),
  zone: fc.constantFrom(...ZONES),
  minor: fc.constantFrom("0", "0", "0.05", "0.109"),
  share: fc.constantFrom("0", "0", "0.1", "0.33"),
});

const seen = new Map<string, number>();

holds(
  "every position follows docs/portfolio.md, on any day, by an independent model",
  fc.property(lives(14), how, (life, asked) => {
    for (const day of DAYS) {
      const { dayOf } = calendarOf(asked.zone);
      const minor = BigInt(Math.floor(Number(asked.minor) * 100));
      const tolerance = [minor, BigInt(Math.round(Number(asked.share) * 100))] as const;
      const question = { ...asked, day, tolerance, dayOf };
      const { terms, numbers, ...expected } = modelPosition(life.one, life.events, question);
      expect(engineOn(life, day, asked), day).toEqual(expected);
      seen.set(expected.state, (seen.get(expected.state) ?? 0) + 1);
    }
  }),
  30,
);

it("the random lives have every state", () => {
  for (const state of STATES) expect(seen.get(state) ?? 0, state).toBeGreaterThan(20);
});
