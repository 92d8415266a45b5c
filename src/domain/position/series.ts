import type { Day } from "../core/dates.ts";
import { daysMax, evenly } from "./evenly.ts";
import { type Measure, type Position, positionAt, USUAL } from "./position.ts";
import type { Ready } from "./ready.ts";

/** The figures of a disbursement from one day on, until the next day of its series. */
interface SeriesDay extends Pick<Position, "state" | "outstanding_principal"> {
  readonly day: Day;
  readonly scheduled: bigint;
  readonly received: bigint;
  /** True on the day from which a dated change of a payment applies. */
  readonly changes_schedule: boolean;
}

/** Before every change. */
const FIRST_DAY: Day = "0001-01-01";

/**
 * The days on which a disbursement starts, or its scheduled or received money or its outstanding principal changes, in
 * their order (docs/portfolio.md#a-position). Of more than an answer holds, some are left out evenly.
 */
export function seriesOf(one: Ready, measure: Measure = USUAL): readonly SeriesDay[] {
  const most = daysMax(one.loan.payments.length);
  const days = new Set([one.start, ...evenly(daysOf(one, most), most)]);
  const series = [...days].sort().map((day): SeriesDay => {
    const { scheduled, received, outstanding_principal, state } = positionAt(one, day, measure);
    const changes_schedule = one.changes.schedule.has(day);
    const money = { scheduled: scheduled.total, received: received.total };
    return { day, state, outstanding_principal, changes_schedule, ...money };
  });
  return series.filter((now, index) => now.day === one.start || isOther(now, series[index - 1]));
}

/** Every day on which a figure may change. */
function daysOf(one: Ready, most: number): ReadonlySet<Day> {
  const changes = evenly(one.changes.terms.union(one.changes.schedule), most);
  const days = new Set<Day>([...changes, ...one.money.receipts.map(({ day }) => day)]);
  for (const change of [FIRST_DAY, ...changes]) {
    for (const { due } of one.agreementAt(change).schedule.installments) days.add(due);
  }
  return days;
}

const NOTHING_YET = { scheduled: 0n, received: 0n, outstanding_principal: 0n };

const isOther = (now: SeriesDay, before: typeof NOTHING_YET = NOTHING_YET): boolean =>
  now.changes_schedule ||
  now.scheduled !== before.scheduled ||
  now.received !== before.received ||
  now.outstanding_principal !== before.outstanding_principal;
