import { endOf, lastMonthOf, type Period, periodOf } from "../../domain/analytics/months.ts";
import { type Exact, exactSum } from "../format.ts";
import { type Cohort, cohortDays } from "./cohorts.ts";

/** What started in one period. */
export interface Start {
  readonly period: string;
  readonly number: Exact;
  /** Amounts as first agreed. */
  readonly disbursed: Exact;
}

const NOTHING = exactSum([]);

/** What started in each period from the first cohort to the last; a period without a cohort has nothing. */
export function startsOf(cohorts: readonly Cohort[], by: Period): readonly Start[] {
  const known = new Map(cohorts.map(({ cohort, first }) => [cohort, first]));
  const [first, last] = [cohorts[0]?.cohort, cohorts.at(-1)?.cohort];
  if (first === undefined || last === undefined) return [];
  const starts: Start[] = [];
  let { to } = cohortDays(first);
  for (let period = first; period <= last; period = periodOf(to, by)) {
    const { number = NOTHING, disbursed = NOTHING } = known.get(period) ?? {};
    starts.push({ period, number, disbursed });
    to = endOf(lastMonthOf(to, by) + 1);
  }
  return starts;
}

/** What all of the periods have together. */
export const totalOfStarts = (starts: readonly Start[]) => ({
  number: exactSum(starts.map(({ number }) => number)),
  disbursed: exactSum(starts.map(({ disbursed }) => disbursed)),
});
