import type { ParsedOf } from "../../contract/answer-types.ts";
import type { facilityList as listAnswer } from "../../contract/facility/answers.ts";
import { href, pathOf } from "../address.ts";
import { type Fetched, get, getWalked } from "../api.ts";
import { may } from "../caller.ts";
import { type Child, h, link } from "../dom.ts";
import { amountText, NONE } from "../format.ts";
import { loading } from "../loading.ts";
import { momentOf, momentParameters, momentQuery, type ShownMoment } from "../moment.ts";
import { reloadable } from "../reloadable.ts";
import type { Route } from "../route.ts";
import { dataTable } from "../rows.ts";
import { newFacilityForm } from "./forms.ts";
import { covenantSignal, headroomSignal } from "./signals.ts";
import type { BaseAnswer, FacilityJson } from "./terms.ts";

/** The facilities of a day, each with its headroom and covenants. */
export function facilitiesOfDay(route: Route, page: AbortSignal): readonly HTMLElement[] {
  const moment = momentOf(route);
  const list = reloadable(() =>
    loading("the facilities", page, async ({ signal }) => {
      const path = pathOf(["api", "facilities"], { ...momentParameters(moment), limit: "200" });
      const answer = await get<ParsedOf<typeof listAnswer>>(path, signal);
      if (!answer.ok) return answer;
      const { data } = answer.value;
      const none = `No facility has terms on ${moment.asOf}.`;
      return {
        ok: true,
        value: [data.length > 0 ? table(data, moment, page) : h("p", { class: "note" }, none)],
      };
    }),
  );
  const card = (id: string, title: string, child: Child, kind = "card") =>
    h("section", { class: kind, "aria-labelledby": id }, h("h2", { id }, title), child);
  return [
    card("facilities", `Facilities on ${moment.asOf}`, list.element),
    ...(may("facilities:write")
      ? [card("new-facility", "New facility", newFacilityForm(list.again, page), "card unprinted")]
      : []),
  ];
}

function table(data: readonly FacilityJson[], moment: ShownMoment, page: AbortSignal): HTMLElement {
  const query = momentQuery({ ...moment, against: null });
  const places = data.map((facility) => ({ facility, cells: bases() }));
  const rows = places.map(({ facility, cells }): readonly Child[] => [
    h(
      "div",
      { class: "facility-name" },
      link(href(["analytics", "facilities", facility.facility_id], query), facility.name),
      h("span", { class: "note" }, ` ${facility.facility_id}`),
    ),
    h("div", { class: "facility-name" }, facility.creditor ?? NONE),
    facility.currency,
    amountText(facility.commitment, facility.currency),
    amountText(facility.drawn, facility.currency),
    cells.available,
    cells.headroom,
    h("div", { class: "wrapping" }, cells.covenants),
  ]);
  void fill(places, moment, page);
  return dataTable(
    "Facilities",
    [
      ["Facility"],
      ["Creditor"],
      ["Currency"],
      ["Commitment", "number"],
      ["Drawn", "number"],
      ["Available", "number"],
      ["Headroom", "number"],
      ["Covenants"],
    ],
    rows,
    "rows cards",
  );
}

/** The cells that a base fills once it is known. */
function bases() {
  const place = () => h("span", { "aria-busy": "true", class: "note" }, "…");
  return { available: place(), headroom: place(), covenants: place() };
}

interface Place {
  readonly facility: FacilityJson;
  readonly cells: ReturnType<typeof bases>;
}

/** Reads one base after the other: each is a walk over the pool. */
async function fill(places: readonly Place[], moment: ShownMoment, page: AbortSignal): Promise<void> {
  for (const { facility, cells } of places) {
    const path = pathOf(["api", "facilities", facility.facility_id, "base"], momentParameters(moment));
    const answer = await getWalked<BaseAnswer>(path, page, () => undefined);
    if (page.aborted) return;
    show(cells, answer, facility.currency);
  }
}

function show(cells: Place["cells"], answer: Fetched<BaseAnswer>, currency: string): void {
  for (const cell of Object.values(cells)) {
    cell.removeAttribute("aria-busy");
    cell.className = "";
  }
  if (!answer.ok) {
    cells.available.replaceChildren(NONE);
    cells.headroom.replaceChildren(NONE);
    cells.covenants.replaceChildren(answer.problem.title);
    return;
  }
  const { data } = answer.value;
  cells.available.replaceChildren(amountText(data.available, currency));
  cells.headroom.replaceChildren(headroomSignal(data));
  cells.covenants.replaceChildren(covenantSignal(data));
}
