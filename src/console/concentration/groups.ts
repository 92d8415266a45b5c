import type { concentrationLine } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { endOf, monthOf } from "../../domain/analytics/months.ts";
import { BUCKETS } from "../../domain/position/state.ts";
import type { Query } from "../address.ts";
import { type Exact, exactSum, shareOf } from "../format.ts";

export type ConcentrationJson = ParsedOf<typeof concentrationLine>;

/** What all groups of a currency owe. */
export const totalOf = (line: ConcentrationJson): Exact =>
  exactSum(partsOf(line).map(({ outstanding }) => outstanding));

/** How many disbursements the groups of a currency have. */
export const loansIn = (line: ConcentrationJson): Exact =>
  exactSum(partsOf(line).map(({ number }) => number));

const partsOf = ({ rows, others }: ConcentrationJson) => [...rows, ...(others === null ? [] : [others])];

/** For each row the share of it and all before it. */
export function cumulative(line: ConcentrationJson): readonly (Exact | null)[] {
  const total = totalOf(line);
  return line.rows.map((_, index) =>
    shareOf(exactSum(line.rows.slice(0, index + 1).map(({ outstanding }) => outstanding)), total),
  );
}

/** The filters that find the disbursements of a group that owe; those of the page hold too. */
export function loansFilter(by: string, group: string | null, filters: Query): Query {
  return { ...filters, bucket: filters.bucket ?? BUCKETS, ...filterOf(by, group) };
}

/** The filter of a group; an empty value asks for those without one. */
export function filterOf(by: string, group: string | null): Query {
  if (!by.startsWith("disbursed_") || group === null) return { [by]: [group ?? ""] };
  const [first, last] = monthsOf(group);
  return { disbursed_from: `${first}-01`, disbursed_to: endOf(monthOf(`${last}-01`)) };
}

/** The first and the last month of `2026-01`, `2026-Q1` or `2026`. */
function monthsOf(period: string): readonly [string, string] {
  const [, year, quarter] = /^(\d{4})(?:-Q([1-4]))?$/.exec(period) ?? [];
  if (year === undefined) return [period, period];
  if (quarter === undefined) return [`${year}-01`, `${year}-12`];
  const last = Number(quarter) * 3;
  return [`${year}-${String(last - 2).padStart(2, "0")}`, `${year}-${String(last).padStart(2, "0")}`];
}
