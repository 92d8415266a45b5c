import * as fc from "fast-check";
import { LosslessNumber } from "lossless-json";
import { expect, it } from "vitest";
import { lifeInDays } from "../../src/console/disbursement/life.ts";
import { PLAIN_PAYMENT } from "../../src/domain/position/facts.ts";
import { positionAt } from "../../src/domain/position/position.ts";
import { ready } from "../../src/domain/position/ready.ts";

const day = fc
  .integer({ min: 0, max: 400 })
  .map((days) => new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10));
const exact = (minor: number) => new LosslessNumber(`${minor}e-2`);

const payment = fc.record({
  number: fc.integer({ min: 0, max: 9 }),
  status: fc.constantFrom("expected", "paid", "canceled"),
  due: day,
  paidOn: fc.option(day),
  principal: fc.integer({ min: 0, max: 90_000 }),
  fee: fc.integer({ min: 1, max: 9_000 }),
  split: fc.boolean(),
  wasExpected: fc.boolean(),
  foreign: fc.boolean(),
});
const change = fc.record({
  on: day,
  amount: fc.integer({ min: 0, max: 300_000 }),
  margin: fc.integer({ min: 0, max: 30_000 }),
});

it("each day of a life has the figures that a position has on that day", () => {
  const property = fc.property(
    fc.record({
      start: day,
      asOf: day,
      changes: fc.array(change, { maxLength: 4 }),
      payments: fc.array(payment, { maxLength: 12 }),
    }),
    ({ start, asOf, changes, payments }) => {
      const first = { on: start, amount: 200_000, margin: 20_000 };
      const terms = [first, ...changes].map(({ on, amount, margin }, index) => ({
        sequence: index + 1,
        on_date: on,
        disbursement_amount: BigInt(amount),
        total_expected_margin: BigInt(margin),
        maturity_date: "2026-12-31",
      }));
      const wireTerms = [first, ...changes].map(({ on, amount, margin }, index) => ({
        sequence: new LosslessNumber(String(index + 1)),
        change_date: on,
        amount: exact(amount),
        margin: exact(margin),
        maturity_date: "2026-12-31",
      }));
      const wire = payments.map((one, index) => {
        const expected = one.wasExpected || one.status === "expected";
        return {
          payment_id: `P-${index}`,
          status: one.status,
          currency: one.foreign ? "USD" : "EUR",
          installment_number: new LosslessNumber(String(one.number)),
          due_date: one.due,
          payment_date: one.paidOn,
          payment_total: exact(one.principal + one.fee),
          payment_principal: one.split ? exact(one.principal) : null,
          payment_fee: one.split ? exact(one.fee) : null,
          expected_total: expected ? exact(one.principal + one.fee) : null,
          expected_principal: expected ? exact(one.principal) : null,
          expected_fee: expected ? exact(one.fee) : null,
          expected_due_date: expected ? one.due : null,
        };
      });
      const minor = (value: LosslessNumber | null) =>
        value === null ? null : BigInt(value.value.replace("e-2", ""));
      const stored = wire.map((row) => ({
        ...PLAIN_PAYMENT,
        ...row,
        installment_number: Number(row.installment_number.value),
        payment_total: minor(row.payment_total) ?? 0n,
        payment_principal: minor(row.payment_principal),
        payment_fee: minor(row.payment_fee),
        expected_total: minor(row.expected_total),
        expected_principal: minor(row.expected_principal),
        expected_fee: minor(row.expected_fee),
      }));
      const [agreed, ...later] = terms;
      const [wireAgreed, ...wireLater] = wireTerms;
      if (agreed === undefined || wireAgreed === undefined) return;
      const disbursement = {
        disbursement_id: "D",
        kind: "loan",
        currency: "EUR",
        client_id: "C",
        purchase_clients: null,
        disbursement_date: start,
        payment_date: null,
      } as const;
      const one = ready({ disbursement, terms: [agreed, ...later], payments: stored });
      const life = lifeInDays(
        disbursement,
        { first_agreed: wireAgreed, as_of: wireAgreed, changes: wireLater },
        wire,
        asOf,
      );
      expect(life.days.map(({ day: at }) => at)).toContain(asOf);
      for (const { day: at, scheduled, received, outstanding } of life.days) {
        const position = positionAt(one, at);
        expect(scheduled).toBe(position.scheduled.total);
        if (at > asOf) expect([received, outstanding]).toEqual([null, null]);
        else
          expect([received, outstanding]).toEqual([position.received.total, position.outstanding_principal]);
      }
    },
  );
  fc.assert(property, { numRuns: 300 });
});
