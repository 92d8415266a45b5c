import { cashFlowPart } from "../cash-flow/part.ts";
import { concentrationPart } from "../concentration/part.ts";
import { h } from "../dom.ts";
import { facilitiesPart } from "../facilities/part.ts";
import type { Route } from "../route.ts";
import { entitle, printableTitle } from "../shell.ts";
import { tabs } from "../tabs.ts";
import { BEHIND } from "./behind.ts";
import { filterBar } from "./filter-bar.ts";
import { kept } from "./filters.ts";
import { loansPart } from "./loans.ts";
import { movementPart } from "./movement.ts";
import { vintagesPart } from "./vintages.ts";

/** A page of the analytics below its heading. */
interface Part {
  /** The control of its days. */
  readonly days: (route: Route) => HTMLElement;
  readonly body: (route: Route, page: AbortSignal) => readonly HTMLElement[];
  /** False where the API has neither filters nor groups, or only filters. */
  readonly filters?: boolean;
  readonly groups?: boolean;
}

interface Named {
  readonly label: string;
  readonly part: Part;
  /** No tab: links lead there. */
  readonly led?: true;
}

const PARTS: Readonly<Record<string, Named>> = {
  movement: { label: "Movement", part: movementPart },
  vintages: { label: "Vintages", part: vintagesPart },
  "cash-flow": { label: "Cash flow", part: cashFlowPart },
  concentration: { label: "Concentration", part: concentrationPart },
  facilities: { label: "Facilities", part: facilitiesPart },
  loans: { label: "Loans", part: loansPart, led: true },
};

/** What a page keeps for itself; the day, what was known, the filters and the groups go along to the next. */
const OWN = ["against", "from", "by", "months", "past", "top", "measure", "group", ...BEHIND, "sort_by"];

/** The analytics: `#/analytics/vintages?by=quarter&country=BR`. */
export function analyticsView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const offered = Object.entries(PARTS).filter(([, { led }]) => !led);
  const name = route.segments[1] ?? offered[0]?.[0] ?? "";
  const known = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  const here = { ...route, segments: ["analytics", name, ...route.segments.slice(2)] };
  const links = offered.map(([one, { label }]) => [one, label] as const);
  const { days, body, filters = true, groups = true } = known?.part ?? {};
  main.append(
    h(
      "div",
      { class: "heading" },
      known ? printableTitle(known.label) : entitle("No such report", true),
      days?.(here),
    ),
    tabs("Analytics", "analytics", links, {
      name,
      query: kept(route.query, (member) => !OWN.includes(member)),
    }),
    ...(known && filters ? [filterBar(here, { groups })] : []),
    ...(body?.(here, page) ?? []),
  );
}
