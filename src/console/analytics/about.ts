import { momentOf } from "../moment.ts";
import type { Route } from "../route.ts";
import { daysText, filtersOf, filterText } from "./filters.ts";

/** What a sheet or a picture is about, besides its title: its day, what was known, its filters. */
export function aboutReport(route: Route, days: string): string {
  const { known } = momentOf(route);
  const filters = filtersOf(route.query);
  const all = [
    days,
    known === "" ? null : `known at ${known}`,
    ...filters.values.map((one) => filterText(...one)),
    daysText(filters),
  ];
  return all.filter((text) => text !== null).join(" · ");
}
