import type { PositionLineJson, PositionsJson } from "../../contract/position/answers.ts";
import { href, pathOf } from "../address.ts";
import { getWalked } from "../api.ts";
import { clientLink } from "../client/link.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h, labelled, link, select } from "../dom.ts";
import { csvButton } from "../download.ts";
import { amountText, NONE, numberText } from "../format.ts";
import { momentOf, momentParameters, momentQuery } from "../moment.ts";
import { stateTag } from "../portfolio/late-loans.ts";
import type { Route } from "../route.ts";
import { growingList } from "../rows.ts";
import { behindQuery, behindText, besideColumns } from "./behind.ts";
import { filterQuery, filtersOf, keptBesideMoment } from "./filters.ts";

const SORTS = [
  ["outstanding", "Outstanding"],
  ["arrears", "Arrears"],
  ["days_past_due", "Days past due"],
  ["disbursement_id", "Id"],
] as const;

const LIMIT = 50;
const CUT = "This order holds only its first 20,000 loans. Sort by id to list all of them.";

const sortOf = ({ query }: Route) =>
  SORTS.find(([name]) => name === query.get("sort_by"))?.[0] ?? "outstanding";

/** The loans behind a figure: those that fit the filters of the address. */
export const loansPart = {
  days: (route: Route): HTMLElement => {
    const sort = select(SORTS, sortOf(route));
    return dayControl(route.segments, momentOf(route), {
      others: [labelled("Sorted by", sort)],
      queryOf: () => ({
        ...keptBesideMoment(route.query),
        sort_by: sort.value,
      }),
    });
  },
  body: (route: Route, page: AbortSignal): readonly HTMLElement[] => {
    const path = pathTo(route);
    const beside = besideColumns(route);
    const cut = h("p", { class: "note" });
    const rows = growingList<PositionLineJson>(
      {
        what: "loans",
        columns: [
          ["Disbursement"],
          ["Currency"],
          ["Days past due", "number"],
          ["Arrears", "number"],
          ["Outstanding", "number"],
          ["State"],
          ["Client"],
          ...beside.map(({ column }) => column),
        ],
        read: async (cursor, { signal, progress }) => {
          const answer = await getWalked<PositionsJson>(
            path({ limit: String(LIMIT), cursor }),
            signal,
            progress,
          );
          if (!answer.ok) return answer;
          const { data, pagination } = answer.value;
          const isCut = pagination.listed_all === false;
          if (isCut) cut.replaceChildren(CUT);
          return { ok: true, value: { rows: data, next: pagination.next_cursor, isCut } };
        },
        show: (line) => [...loanCells(line, route), ...beside.map(({ cell }) => cell(line))],
        none: "No loan fits.",
      },
      page,
    );
    const file = csvButton(() => path(), `loans-${momentOf(route).asOf}.csv`, page, "Save as CSV");
    return [
      h(
        "section",
        { class: "card report", "aria-label": "Loans" },
        h(
          "div",
          { class: "card-head" },
          h("p", { class: "note" }, behindText(route)),
          h("div", { class: "card-actions" }, file),
        ),
        cut,
        rows,
      ),
    ];
  },
  groups: false,
};

function pathTo(route: Route) {
  const sort_by = sortOf(route);
  const asked = {
    ...momentParameters(momentOf(route)),
    ...filterQuery(filtersOf(route.query)),
    ...behindQuery(route),
    sort_by,
    sort_order: sort_by === "disbursement_id" ? "asc" : "desc",
  };
  return (more: Readonly<Record<string, string | undefined>> = {}) =>
    pathOf(["api", "positions"], { ...asked, ...more });
}

function loanCells(line: PositionLineJson, route: Route): readonly Child[] {
  const { currency, client_id, disbursement_id } = line;
  const address = href(["disbursement", disbursement_id], {
    ...momentQuery(momentOf(route)),
    as_of: line.as_of_date,
  });
  return [
    link(address, disbursement_id),
    currency,
    numberText(line.days_past_due),
    amountText(line.arrears.total, currency),
    amountText(line.outstanding_principal, currency),
    stateTag(line.state),
    client_id === null ? NONE : clientLink(client_id),
  ];
}
