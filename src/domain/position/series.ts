import type { Day } from "../core/dates.ts";
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

const DAYS_MAX = 2_000;
const DAYS_MIN = 20;
/** Payments that are examined for all days together: with very many payments, some days are left out. */
const EXAMINED_MAX = 500_000;

/** Before every change. */
const FIRST_DAY: Day = "0001-01-01";

/**
 * The days on which a disbursement starts, or its scheduled or received money or its outstanding principal changes, in
 * their order (docs/portfolio.md#a-position). Of more than an answer holds, some are left out evenly.
 */
export function seriesOf(one: Ready, measure: Measure = USUAL): readonly SeriesDay[] {
  const payments = one.loan.payments.length + 1;
  const most = Math.max(DAYS_MIN, Math.min(DAYS_MAX, Math.floor(EXAMINED_MAX / payments)));
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
function daysOf(one: Ready, most: number): readonly Day[] {
  const changes = evenly([...one.changes.terms.union(one.changes.schedule)].sort(), most);
  const days = new Set<Day>([...changes, ...one.money.receipts.map(({ day }) => day)]);
  for (const change of [FIRST_DAY, ...changes]) {
    for (const { due } of one.agreementAt(change).schedule.installments) days.add(due);
  }
  return [...days].sort();
}

/** The days, or as many of them as `most`, the first and the last among them. */
function evenly(days: readonly Day[], most: number): readonly Day[] {
  if (days.length <= most) return days;
  const apart = (days.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => days[Math.round(index * apart)] ?? FIRST_DAY);
}

const NOTHING_YET = { scheduled: 0n, received: 0n, outstanding_principal: 0n };

const isOther = (now: SeriesDay, before: typeof NOTHING_YET = NOTHING_YET): boolean =>
  now.changes_schedule ||
  now.scheduled !== before.scheduled ||
  now.received !== before.received ||
  now.outstanding_principal !== before.outstanding_principal;
