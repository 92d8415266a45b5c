import type { GroupJson } from "./chosen.ts";
import { cohortDays } from "./cohorts.ts";
import type { AskedFilters } from "./filters.ts";

/** Filters whose disbursements depend on the day. */
const OF_THE_DAY = ["state", "bucket", "pledge_creditor"];

export const isOfTheDay = ({ values }: AskedFilters): boolean =>
  values.some(([name]) => OF_THE_DAY.includes(name));

/** The dimensions of a `group_by`, one or two. The name of a member may have commas too. */
export function groupingOf(text: string, dimensions: readonly string[]): readonly string[] {
  for (const first of dimensions) {
    if (text === first) return [first];
    const second = text.startsWith(`${first},`) ? text.slice(first.length + 1) : "";
    if (dimensions.includes(second)) return [first, second];
  }
  return [];
}

/** Filters, and only days of disbursement that are in a period too. */
export const within = (
  filters: AskedFilters,
  { from, to }: Pick<AskedFilters, "from" | "to">,
): AskedFilters => ({
  ...filters,
  from: from > filters.from ? from : filters.from,
  to: filters.to === "" || to < filters.to ? to : filters.to,
});

/** Filters, and only what is in a group too. */
export function groupFilters(
  filters: AskedFilters,
  grouping: readonly string[],
  group: GroupJson | undefined,
): AskedFilters {
  if (group === undefined) return filters;
  const values = [group].flat();
  let narrowed = filters;
  for (const [index, name] of grouping.entries()) {
    const value = values[index] ?? "";
    // A period of disbursement is never null.
    if (name.startsWith("disbursed_")) narrowed = within(narrowed, cohortDays(value));
    else narrowed = only(narrowed, name, value);
  }
  return narrowed;
}

/** Filters, but of one name only this value. */
const only = (filters: AskedFilters, name: string, value: string): AskedFilters => ({
  ...filters,
  values: [...filters.values.filter(([one]) => one !== name), [name, value]],
});
