import type { JournalEntryJson } from "../../contract/ledger/answers.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { h, link } from "../dom.ts";
import { dateText } from "../format.ts";
import { loading } from "../loading.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { entryTable } from "./table.ts";

/** One journal entry: `#/entry/<journal_entry_id>`; `disbursement` in the address names the record that it books. */
export function singleEntryView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const [, id = ""] = route.segments;
  const disbursement = route.query.get("disbursement");
  main.append(
    h("div", { class: "heading" }, entitle("Journal entry", true), h("p", { class: "note" }, id)),
    h(
      "section",
      { class: "card", "aria-label": "Journal entry" },
      disbursement !== null &&
        h("p", {}, "Disbursement ", link(href(["disbursement", disbursement]), disbursement)),
      loading("the entry", page, async ({ signal }) => {
        const answer = await get<JournalEntryJson>(pathOf(["v1", "journal-entries", id]), signal);
        if (!answer.ok) return answer;
        return { ok: true, value: [facts(answer.value), entryTable([answer.value])] };
      }),
    ),
  );
}

function facts({ posted_at, value_date, description, reverses_entry_id }: JournalEntryJson): HTMLElement {
  const reversed =
    reverses_entry_id === undefined
      ? null
      : h("span", {}, "reverses ", link(href(["entry", reverses_entry_id]), reverses_entry_id));
  return h(
    "p",
    { class: "facts" },
    h("span", {}, `value date ${dateText(value_date)}`),
    h("span", {}, `posted ${dateText(posted_at)}`),
    description !== undefined && h("span", {}, description),
    reversed,
  );
}
