import fc from "fast-check";
import { expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { positionAt } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { seriesOf } from "../../../src/domain/position/series.ts";
import { factsOf, holds, lives } from "./lives.ts";
import { expected, loan, receipt } from "./loans.ts";

const dayAfter = (day: string, days = 1) =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

holds(
  "between two days of the series no figure changes, and each has the figures of its day",
  fc.property(lives(12), (life) => {
    const one = ready(factsOf(life), UTC);
    const series = new Map(seriesOf(one).map((one) => [one.day, one]));
    expect(series.has(one.start)).toBe(true);
    expect([...series.keys()]).toEqual([...series.keys()].sort());
    let held = { scheduled: 0n, received: 0n, outstanding: 0n };
    for (let day = "2025-12-25"; day < "2026-05-10"; day = dayAfter(day)) {
      const { scheduled, received, outstanding_principal, state } = positionAt(one, day);
      const now = {
        scheduled: scheduled.total,
        received: received.total,
        outstanding: outstanding_principal,
      };
      const found = series.get(day);
      if (found) {
        held = now;
        expect(found).toMatchObject({
          scheduled: now.scheduled,
          received: now.received,
          state,
          outstanding_principal,
        });
      } else expect(now).toEqual(held);
    }
  }),
  3,
);

it("the day on which a restructure applies is in the series, and says so", () => {
  const first = { amount: 1000, start: "2026-01-01", maturity: "2026-06-01" };
  const canceled = {
    sequence: 9,
    step: "update",
    change_date: "2026-02-10",
    set: { status: "canceled" },
  } as const;
  const members = {
    payment_total: 100_000n,
    payment_principal: 100_000n,
    payment_fee: 0n,
    due_date: "2026-02-01",
  };
  const created = {
    sequence: 2,
    step: "create",
    change_date: null,
    set: { status: "expected", ...members },
  } as const;
  const old = expected("P-1", "2026-02-01", 1000, 0, { status: "canceled", row_events: [created, canceled] });
  const series = seriesOf(ready(loan(first, [], [old, receipt("R", "2026-03-01", 300)]), UTC));
  expect(
    series.map(({ day, scheduled, received, outstanding_principal, changes_schedule }) => [
      day,
      ...[scheduled, received, outstanding_principal].map((minor) => Number(minor) / 100),
      changes_schedule,
    ]),
  ).toEqual([
    ["2026-01-01", 0, 0, 1000, false],
    ["2026-02-01", 1000, 0, 1000, false],
    ["2026-02-10", 0, 0, 1000, true],
    ["2026-03-01", 300, 300, 700, false],
  ]);
});

it("a day on which no figure changes is not in the series, except the start", () => {
  const first = { amount: 1000, margin: 100, start: "2026-01-01", maturity: "2026-06-01" };
  const changes = [
    { on: "2025-12-01", margin: 90 },
    { on: "2026-01-20", maturity: "2026-07-01" },
    { on: "2026-01-25", amount: 900 },
  ];
  const early = receipt("R", "2025-12-20", 100);
  const days = seriesOf(ready(loan(first, changes, [early]), UTC)).map(
    ({ day, received, outstanding_principal }) => [day, Number(received), Number(outstanding_principal)],
  );
  expect(days).toEqual([
    ["2025-12-20", 100_00, 0],
    ["2026-01-01", 100_00, 900_00],
    ["2026-01-25", 100_00, 800_00],
  ]);
  const none = seriesOf(ready(loan(first, [{ on: "2025-12-01", margin: 90 }]), UTC));
  expect(none.map(({ day }) => day)).toEqual(["2026-01-01"]);
});

it("of very many payments some days are left out, evenly, and the start never", () => {
  const payments = Array.from({ length: 9_999 }, (_, n) =>
    receipt(`R-${n}`, dayAfter("2020-01-01", n % 3_000), 1),
  );
  const terms = { amount: 9_999, start: "2025-12-31", maturity: "2030-01-01" };
  const days = seriesOf(ready(loan(terms, [], payments), UTC)).map(({ day }) => day);
  expect(days.length).toBe(51);
  expect(days.slice(0, 3)).toEqual(["2020-01-01", "2020-03-02", "2020-05-02"]);
  expect(days).toContain("2025-12-31");
  expect(days.at(-1)).toBe("2028-03-18");
});
