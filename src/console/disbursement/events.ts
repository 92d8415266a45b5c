import { isLosslessNumber, stringify } from "lossless-json";
import type { PageJson, RowJson } from "../../contract/lookup/answers.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { type Child, h, link } from "../dom.ts";
import { dateText, NONE, words } from "../format.ts";
import { growingList } from "../rows.ts";

/** The log's events of one record, the latest first; their pages are read until one has some (docs/api.md#lookups). */
export function eventLog(category: "client" | "disbursement", id: string, page: AbortSignal): HTMLElement {
  const all = link(href(["tables", "events"], { id, category }), "All events");
  const list = growingList<RowJson>(
    {
      what: "events",
      shape: "rows cards",
      columns: [["Sequence"], ["At"], ["Step"], ["What changed"], ["Sent by"]],
      read: async (cursor, { signal }) => {
        const path = pathOf(["api", "tables", "events"], { id, category, limit: "50", cursor });
        const answer = await get<PageJson>(path, signal);
        if (!answer.ok) return answer;
        return { ok: true, value: { rows: answer.value.data, next: answer.value.pagination.next_cursor } };
      },
      show: eventCells,
      none: "None found. ",
    },
    page,
  );
  return h(
    "section",
    { class: "card", "aria-labelledby": "events" },
    h("div", { class: "card-head" }, h("h2", { id: "events" }, "Events"), all),
    list,
  );
}

const eventCells = (row: RowJson): readonly Child[] => [
  link(href(["tables", "events", String(row.event_id)]), String(row.sequence)),
  dateText(String(row.created_at)),
  String(row.step),
  changes(row.changes),
  typeof row.actor === "string" ? row.actor : NONE,
];

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
