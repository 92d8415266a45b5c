import fc from "fast-check";
import { expect, it } from "vitest";
import type { Grouping } from "../../../src/domain/analytics/dimensions.ts";
import { Portfolio } from "../../../src/domain/analytics/portfolio.ts";
import type { Sums } from "../../../src/domain/analytics/sums.ts";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { beforeOf } from "../../../src/domain/position/before.ts";
import { daysBetween } from "../../../src/domain/position/days.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import { payoffOn, REBATES } from "../../../src/domain/position/payoff.ts";
import { installmentsAt, type Position, positionAt, USUAL } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { rowAt } from "../../../src/domain/position/rows.ts";
import { type LifeEvent, modelPayment } from "../../simulation/position-model.ts";
import { examined } from "../analytics/examined.ts";
import { day, factsOf, holds, type Life, lives } from "./lives.ts";

/** The life after one more event. */
function after(life: Life, event: Omit<LifeEvent, "sequence">): Life {
  return { ...life, events: [...life.events, { sequence: life.events.length + 1, ...event }] };
}

const at = (life: Life, on: string) => positionAt(ready(factsOf(life), UTC), on);
const record = (life: Life): Loan["terms"][0] => factsOf(life).terms.at(-1) as Loan["terms"][0];

holds(
  "what reduces a loan reduces what is due, from its day on",
  fc.property(lives(12), day, day, fc.nat(60), fc.nat(15), (life, on, asked, amount, margin) => {
    const { disbursement_amount, total_expected_margin } = record(life);
    const lower = (value: bigint, by: number) => (value > BigInt(by) ? value - BigInt(by) : 0n);
    const set = {
      disbursement_amount: lower(disbursement_amount, amount),
      total_expected_margin: lower(total_expected_margin, margin),
    };
    const reduced = after(life, { of: "disbursement", step: "update", id: "D", change_date: on, set });
    const [before, now] = [at(life, asked), at(reduced, asked)];
    if (asked < on) {
      expect(now).toEqual(before);
      return;
    }
    for (const figure of ["outstanding_principal", "margin_due"] as const) {
      expect(now[figure] <= before[figure], figure).toBe(true);
    }
    expect(now.arrears.total <= before.arrears.total).toBe(true);
    expect(now.scheduled.total <= before.scheduled.total).toBe(true);
    // Days count from maturity where the cut leaves no row uncovered, and a row may be due after it.
    const { maturity } = ready(factsOf(reduced), UTC).agreementAt(asked);
    const sinceMaturity = maturity === null ? 0 : daysBetween(maturity, asked);
    expect(now.days_past_due).toBeLessThanOrEqual(Math.max(before.days_past_due, sinceMaturity));
  }),
);

holds(
  "no figure that is owed is below 0, and all money has its place",
  fc.property(lives(14), day, (life, on) => {
    const one = ready(factsOf(life), UTC);
    const position = positionAt(one, on);
    const { terms, arrears, outstanding_principal, margin_due, overpaid, recovered } = position;
    const parts = [arrears.total, arrears.principal, arrears.fee];
    const sums = [terms.raised, terms.margin_raised, terms.written_off, terms.rebates, terms.reductions];
    for (const figure of [...parts, ...sums, outstanding_principal, margin_due, overpaid, recovered]) {
      expect(figure >= 0n).toBe(true);
    }
    expect(arrears.principal + arrears.fee).toBe(arrears.total);
    expect(terms.first_agreed.amount + terms.raised - terms.written_off).toBe(terms.amount);
    expect(terms.first_agreed.margin + terms.margin_raised - terms.rebates).toBe(terms.margin);
    for (const row of installmentsAt(one, on)) {
      expect(row.covered >= 0n && row.covered <= row.total && row.total <= row.expected.total).toBe(true);
      expect(row.principal + row.fee).toBe(row.total);
    }
    if (position.state === "pending") return;
    const upfront = one.money.receipts.filter((money) => money.installment_number === 0 && money.day <= on);
    const money = position.received.total - upfront.reduce((sum, { total }) => sum + total, 0n);
    const marked = one.money.recoveries.filter((one) => one.day <= on);
    const unmarked = recovered - marked.reduce((sum, { total }) => sum + total, 0n);
    const paid = terms.amount - outstanding_principal + (terms.margin - margin_due);
    expect(money).toBe(paid + unmarked + overpaid);
  }),
);

const event = fc.record({
  id: fc.constantFrom("P-1", "P-2", "P-3"),
  change_date: day,
  set: fc.record(
    {
      due_date: day,
      payment_total: fc.integer({ min: 1, max: 40 }).map(BigInt),
      status: fc.constantFrom("canceled", "expected"),
    },
    { requiredKeys: [] },
  ),
});
holds(
  "a dated change of the schedule leaves the days before it",
  fc.property(lives(14), event, day, (life, { id, change_date, set }, asked) => {
    const own = life.events.filter((one) => one.id === id);
    const payment = modelPayment(own);
    // Money follows the record as it is: a date does not act on it.
    if (payment === null || payment.status === "paid" || asked >= change_date) return;
    const changed = after(life, { of: "payment", step: "update", id, change_date, set });
    expect(at(changed, asked)).toEqual(at(life, asked));
  }),
);

const FIGURES = [
  ...["scheduled", "received", "refunded", "outstanding_principal", "margin_due", "overpaid", "recovered"],
  ...["terms", "last_received"],
] as const;
const figuresOf = (position: Position) => FIGURES.map((name) => position[name as keyof Position]);

holds(
  "the allocation changes only what is covered",
  fc.property(lives(14), day, (life, on) => {
    const one = ready(factsOf(life), UTC);
    const [oldest, own] = [positionAt(one, on), positionAt(one, on, { ...USUAL, allocation: "own" })];
    expect(figuresOf(own)).toEqual(figuresOf(oldest));
    const coveredBy = (allocation: "oldest" | "own") =>
      installmentsAt(one, on, { ...USUAL, allocation }).reduce((sum, { covered }) => sum + covered, 0n);
    expect(coveredBy("own")).toBe(coveredBy("oldest"));
  }),
);

const tolerances = fc.record({
  amount: fc.constantFrom("0", "0.1", "0.25", "100"),
  by_currency: fc.constant({}),
  share: fc.constantFrom("0", "0.5", "1"),
});
holds(
  "a tolerance changes only state, bucket and days past due",
  fc.property(lives(14), day, tolerances, (life, on, tolerance) => {
    const one = ready(factsOf(life), UTC);
    const [usual, tolerant] = [positionAt(one, on), positionAt(one, on, { ...USUAL, tolerance })];
    const { state, bucket, days_past_due, ...others } = tolerant;
    expect(usual).toMatchObject(others);
    const isSame = state === usual.state && bucket === usual.bucket && days_past_due === usual.days_past_due;
    const isExcused = state === "current" && bucket === "current" && days_past_due === 0;
    expect(isSame || (isExcused && usual.bucket !== null)).toBe(true);
  }),
);

holds(
  "groups add up to the whole",
  fc.property(fc.array(lives(8), { maxLength: 6 }), day, (all, on) => {
    const linesOf = (...grouping: Grouping) => {
      const portfolio = new Portfolio({ day: on, ends: [], grouping, filters: {} });
      for (const life of all) expect(portfolio.add(examined(factsOf(life)))).toBe(true);
      return portfolio.lines().map(({ sums }) => sums);
    };
    const [whole] = linesOf();
    for (const grouping of ["kind", "disbursed_month"] as const) {
      const groups = linesOf(grouping);
      expect(groups.length > 0).toBe(whole !== undefined);
      if (whole) expect(sumOf(groups)).toEqual(whole);
    }
  }),
  6,
);

type Summable = bigint | number | readonly unknown[] | { readonly [name: string]: unknown };

/** Adds up numbers and amounts, member by member. */
function added(a: Summable, b: Summable): Summable {
  if (typeof a === "bigint") return a + (b as bigint);
  if (typeof a === "number") return a + (b as number);
  const other = b as Readonly<Record<string, Summable>>;
  const members = Object.entries(a).map(([name, value]) => [
    name,
    added(value as Summable, other[name] as Summable),
  ]);
  return Array.isArray(a) ? members.map(([, value]) => value as Summable) : Object.fromEntries(members);
}

const sumOf = (all: readonly Sums[]) => all.map((sums) => ({ ...sums }) as Summable).reduce(added);

const closed = new Map<string, number>();
holds(
  "the events of a pay-off leave nothing owed as of its day",
  fc.property(lives(14), day, fc.constantFrom(...REBATES), (life, on, rebate) => {
    const payoff = payoffOn(ready(factsOf(life), UTC), on, rebate);
    expect(payoff.ok).toBe(at(life, on).state !== "pending");
    if (!payoff.ok) return;
    const { principal, margin, upfront_fee, total, events } = payoff.value;
    expect(total).toBe(principal + margin - payoff.value.rebate + upfront_fee);
    expect(payoff.value.rebate >= 0n && payoff.value.rebate <= margin).toBe(true);
    const sent = events.reduce((so: Life, event, index) => {
      if (event.type === "rebate") {
        const set = { total_expected_margin: event.total_expected_margin };
        return after(so, { of: "disbursement", step: "update", id: "D", change_date: on, set });
      }
      const set = {
        status: "paid",
        due_date: on,
        payment_date: on,
        currency: "USD",
        payment_total: event.total,
        payment_principal: event.principal,
        payment_fee: event.fee,
        installment_number: event.installment_number,
      };
      return after(so, { of: "payment", step: "create", id: `Z-${index}`, change_date: null, set });
    }, life);
    const { state } = at(sent, on);
    expect(["repaid", "written_off"]).toContain(state);
    closed.set(state, (closed.get(state) ?? 0) + (events.length > 0 ? 1 : 0));
  }),
);

it("pay-offs close loans in both ways", () => {
  expect(closed.get("repaid")).toBeGreaterThan(100);
  expect(closed.get("written_off")).toBeGreaterThan(5);
});

holds(
  "a position changed since a day exactly where its state or its bucket did",
  fc.property(lives(14), day, day, (life, since, on) => {
    const one = ready(factsOf(life), UTC);
    const [from, now] = [positionAt(one, since), positionAt(one, on)];
    const changed = beforeOf(one, now, { changed_since: since });
    expect(changed === null).toBe(from.state === now.state && from.bucket === now.bucket);
    if (changed) expect(from).toMatchObject(changed);
  }),
);

holds(
  "after all days of change a row says what its record says",
  fc.property(lives(14), (life) => {
    for (const payment of factsOf(life).payments) {
      const isDeleted = payment.row_events?.at(-1)?.step === "delete";
      const ofRecord = isDeleted ? null : rowAt({ ...payment, row_events: null }, "9999-12-31", UTC);
      expect(rowAt(payment, "9999-12-31", UTC) ?? null).toEqual(
        ofRecord && expect.objectContaining(ofRecord),
      );
    }
  }),
);
