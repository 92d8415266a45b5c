import { isLosslessNumber, stringify } from "lossless-json";
import type { PageJson, RowJson } from "../../contract/lookup/answers.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { type Child, h, link, scrolling } from "../dom.ts";
import { dateText, NONE, words } from "../format.ts";
import { loading } from "../loading.ts";

/** The log's events of one record, the latest first. */
export function eventLog(category: "client" | "disbursement", id: string, page: AbortSignal): HTMLElement {
  const path = pathOf(["api", "tables", "events"], { id, category, limit: "50" });
  return h(
    "section",
    { class: "card", "aria-labelledby": "events" },
    h("h2", { id: "events" }, "Events"),
    loading("the events", page, async ({ signal }) => {
      const answer = await get<PageJson>(path, signal);
      if (!answer.ok) return answer;
      const { data, pagination } = answer.value;
      const all = link(href(["tables", "events"], { id, category }), "All events");
      return { ok: true, value: [eventTable(category, data), pagination.has_more && h("p", {}, all)] };
    }),
  );
}

function eventTable(category: string, rows: readonly RowJson[]): HTMLElement {
  const head = (label: string) => h("th", { scope: "col" }, label);
  const table = h(
    "table",
    { class: "rows" },
    h("caption", { class: "unseen" }, `Events of the ${category}`),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col", class: "number" }, "Sequence"),
        ["At", "Step", "What changed", "Sent by"].map(head),
      ),
    ),
    h("tbody", {}, rows.map(eventRow)),
  );
  return scrolling("Events", table);
}

function eventRow(row: RowJson): HTMLElement {
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row", class: "number" },
      link(href(["tables", "events", String(row.event_id)]), String(row.sequence)),
    ),
    h("td", {}, dateText(String(row.created_at))),
    h("td", {}, String(row.step)),
    h("td", {}, changes(row.changes)),
    h("td", {}, typeof row.actor === "string" ? row.actor : NONE),
  );
}

function changes(changed: unknown): Child {
  if (typeof changed !== "object" || changed === null) return NONE;
  const shown = (value: unknown) =>
    value === null
      ? "nothing"
      : typeof value === "object" && !isLosslessNumber(value)
        ? stringify(value)
        : String(value);
  return h(
    "ul",
    { class: "changes" },
    Object.entries(changed).map(([name, { from, to }]) =>
      h("li", {}, `${words(name)}: ${from === undefined ? "" : `${shown(from)} `}→ ${shown(to)}`),
    ),
  );
}
