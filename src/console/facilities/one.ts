import type { ParsedOf } from "../../contract/answer-types.ts";
import type { baseLoans, facility } from "../../contract/facility/answers.ts";
import { href, pathOf } from "../address.ts";
import { reportCard } from "../analytics/report-card.ts";
import { get, getWalked } from "../api.ts";
import { may } from "../caller.ts";
import { clientLink } from "../client/link.ts";
import { type Child, h, link } from "../dom.ts";
import { csvButton } from "../download.ts";
import { amountText, NONE } from "../format.ts";
import { loading } from "../loading.ts";
import { momentOf, momentParameters, momentQuery, type ShownMoment } from "../moment.ts";
import { type Route, refresh } from "../route.ts";
import { growingList } from "../rows.ts";
import { certificate } from "./base.ts";
import { deleteForm, termsForm } from "./forms.ts";
import { type BaseAnswer, type BaseLoan, type FacilityJson, reasonText } from "./terms.ts";

/** One facility: its base on a day, the loans of the pool, and its terms. */
export function facilityPage(id: string, route: Route, page: AbortSignal): readonly HTMLElement[] {
  const moment = momentOf(route);
  const at = pathOf(["api", "facilities", id, "base"], momentParameters(moment));
  const all = href(["analytics", "facilities"], momentQuery({ ...moment, against: null }));
  return [
    h("p", { class: "unprinted" }, link(all, "All facilities")),
    loading("the base", page, async ({ signal, progress }) => {
      const base = await getWalked<BaseAnswer>(at, signal, progress);
      if (!base.ok) return base;
      // The terms as the log had them for this base.
      const known_at = String(base.value.to_sequence);
      const query = { as_of_date: moment.asOf, known_at };
      const terms = await get<ParsedOf<typeof facility>>(pathOf(["api", "facilities", id], query), signal);
      if (!terms.ok) return terms;
      const known = terms.value.data;
      return { ok: true, value: parts(known, base.value, { moment, at, page }) };
    }),
    // Also where no terms hold on the day: they may begin later.
    ...changes(id, page),
  ];
}

interface Look {
  readonly moment: ShownMoment;
  readonly at: string;
  readonly page: AbortSignal;
}

function parts(known: FacilityJson, base: BaseAnswer, { moment, at, page }: Look): readonly Child[] {
  const { facility_id } = known;
  return [
    reportCard(
      {
        id: "certificate",
        title: `Borrowing base, ${known.name}`,
        csv: at,
        file: `base-${facility_id}-${moment.asOf}`,
      },
      certificate(known, base),
      page,
    ),
    loans(known, moment, page),
  ];
}

/** Changes start from the last terms, also on a page of an earlier day. */
function changes(id: string, page: AbortSignal): readonly HTMLElement[] {
  if (!may("facilities:write")) return [];
  const card = (key: string, title: string, child: Child) =>
    h("section", { class: "card unprinted", "aria-labelledby": key }, h("h2", { id: key }, title), child);
  return [
    loading("the last terms", page, async ({ signal }) => {
      const answer = await get<ParsedOf<typeof facility>>(pathOf(["api", "facilities", id]), signal);
      // The base says so already.
      if (!answer.ok && answer.problem.code === "not_found") return { ok: true, value: [] };
      if (!answer.ok) return answer;
      const { data } = answer.value;
      return {
        ok: true,
        value: [
          card(
            "terms",
            `Terms, the last ones, from ${data.effective_date} on`,
            termsForm(data, refresh, page),
          ),
          card("delete", "Delete the facility", deleteForm(data, page)),
        ],
      };
    }),
  ];
}

function loans(known: FacilityJson, moment: ShownMoment, page: AbortSignal): HTMLElement {
  const { facility_id, currency } = known;
  const path = (more: Readonly<Record<string, string | undefined>> = {}) =>
    pathOf(["api", "facilities", facility_id, "base", "loans"], { ...momentParameters(moment), ...more });
  const query = momentQuery({ ...moment, against: null });
  const list = growingList<BaseLoan>(
    {
      what: "loans of the pool",
      columns: [
        ["Disbursement"],
        ["Outstanding", "number"],
        ["Counts for", "number"],
        ["Why not more"],
        ["Client"],
      ],
      read: async (cursor, task) => {
        const answer = await getWalked<ParsedOf<typeof baseLoans>>(
          path({ limit: "100", cursor }),
          task.signal,
          task.progress,
        );
        if (!answer.ok) return answer;
        const { data, pagination } = answer.value;
        return { ok: true, value: { rows: data, next: pagination.next_cursor } };
      },
      show: (one) => [
        link(href(["disbursement", one.disbursement_id], query), one.disbursement_id),
        amountText(one.outstanding, currency),
        amountText(one.counts_for, currency),
        one.reasons.length === 0 ? NONE : one.reasons.map((reason) => reasonText(reason, known)).join("; "),
        one.client_id === null ? "several or none" : clientLink(one.client_id),
      ],
      none: "The pool is empty.",
    },
    page,
  );
  return h(
    "section",
    { class: "card unprinted", "aria-labelledby": "pool" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "pool" }, "Loans of the pool"),
      csvButton(() => path(), `base-loans-${facility_id}-${moment.asOf}.csv`, page),
    ),
    list,
  );
}
