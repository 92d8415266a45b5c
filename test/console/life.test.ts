import * as fc from "fast-check";
import { expect, it } from "vitest";
import { lifeInDays } from "../../src/console/disbursement/life.ts";
import { parseJson, stringifyJson } from "../../src/contract/json.ts";
import type { PositionJson } from "../../src/contract/position/answers.ts";
import { positionView, seriesView } from "../../src/contract/position/view.ts";
import { calendarOf } from "../../src/domain/core/calendar.ts";
import { positionAt, USUAL } from "../../src/domain/position/position.ts";
import { type Ready, ready } from "../../src/domain/position/ready.ts";
import { day, factsOf, lives } from "../domain/position/lives.ts";

/** A position with its series, as the console receives it. */
function wire(one: Ready, on: string): PositionJson {
  const position = positionView(one, on, USUAL, () => "");
  const read = parseJson(stringifyJson({ ...position, series: seriesView(one, USUAL) }));
  if (!read.ok) throw new Error(read.error);
  return read.value as PositionJson;
}

it("each day of a life has the figures that a position has on that day", () => {
  const zones = fc.constantFrom("UTC", "Asia/Tokyo");
  const property = fc.property(lives(12), day, zones, (random, asOf, zone) => {
    const calendar = calendarOf(zone);
    const one = ready(factsOf(random), calendar);
    const life = lifeInDays(wire(one, asOf), wire(one, "9999-12-31"), calendar);
    const days = life.days.map(({ day: at }) => at);
    expect(days).toContain(asOf);
    if (life.maturity !== null) expect(days).toContain(life.maturity);
    expect(life.start).toBe(one.start);
    expect(life.terms.slice(1).map(({ on_date }) => on_date)).toEqual(
      one.loan.terms.slice(1).map(({ on_date }) => calendar.dayOf(on_date)),
    );
    for (const { day: at, scheduled, received, outstanding } of life.days) {
      const position = positionAt(one, at);
      expect(scheduled).toBe(position.scheduled.total);
      const money = [position.received.total, position.outstanding_principal];
      expect([received, outstanding]).toEqual(at > asOf ? [null, null] : money);
    }
  });
  fc.assert(property, { seed: 20261129, numRuns: 300 });
});
