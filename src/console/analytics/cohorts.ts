import type { vintageLine } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { endOf, lastMonthOf, type Period } from "../../domain/analytics/months.ts";
import { count, drawn, type Exact } from "../format.ts";

export type Vintage = ParsedOf<typeof vintageLine>;
export type Ratio = "pool_factor" | "loss_rate" | "net_loss_rate" | "default_rate";

/** The first and the last day of a cohort: `2026-01`, `2026-Q1` or `2026`. */
export function cohortDays(cohort: string): { readonly from: string; readonly to: string } {
  const [, year = "", quarter, month] = /^(\d{4})(?:-Q(\d)|-(\d\d))?$/.exec(cohort) ?? [];
  const period = periodOfCohort(cohort);
  const first = quarter === undefined ? (month ?? "01") : String(Number(quarter) * 3 - 2).padStart(2, "0");
  const from = `${year}-${first}-01`;
  return { from, to: endOf(lastMonthOf(from, period)) };
}

function periodOfCohort(cohort: string): Period {
  if (cohort.length === "YYYY".length) return "year";
  return cohort.includes("Q") ? "quarter" : "month";
}

/** The day by which all of a cohort has been on book for that number of months. */
export const measuredOn = (cohort: string, months: number): string =>
  endOf(lastMonthOf(cohortDays(cohort).from, periodOfCohort(cohort)) + months);

/** One cohort: its cells by months on book, from 0. */
export interface Cohort {
  readonly cohort: string;
  readonly first: Vintage;
  readonly cells: readonly (Vintage | undefined)[];
}

/** The cells of one group as the rows of a table, the oldest cohort first. */
export function cohortsOf(lines: readonly Vintage[]): readonly Cohort[] {
  const rows = new Map<string, Vintage[]>();
  for (const line of lines) {
    const cells = rows.get(line.cohort) ?? [];
    cells[count(line.months_on_book)] = line;
    rows.set(line.cohort, cells);
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([cohort, cells]) => {
      const first = cells.find((one) => one !== undefined);
      return first === undefined ? [] : [{ cohort, first, cells }];
    });
}

/** The darkest of the shades of a heat map (style/reports.css). */
const SHADES = 7;

/** The shade of a value between 0 and the largest; 0 is none. Only for drawing. */
export function shade(value: Exact | null, largest: number): number {
  if (value === null || largest <= 0) return 0;
  return Math.min(SHADES, Math.max(0, Math.ceil((drawn(value) / largest) * SHADES)));
}

/** Some of a list, evenly from its first to its last, at most `most`. */
export const spread = <T>(all: readonly T[], most: number): readonly T[] =>
  all.length <= most
    ? all
    : Array.from({ length: most }, (_, at) => all[Math.round((at * (all.length - 1)) / (most - 1))] as T);
