import type { JournalEntryJson } from "../../contract/ledger/answers.ts";
import { type Child, h, scrolling } from "../dom.ts";
import { dateText, minorText, words } from "../format.ts";

/** Journal entries with their lines, in their order. */
export function entryTable(entries: readonly JournalEntryJson[]): HTMLElement {
  const number = (label: string) => h("th", { scope: "col", class: "number" }, label);
  const text = (label: string) => h("th", { scope: "col" }, label);
  const table = h(
    "table",
    { class: "rows" },
    h("caption", { class: "unseen" }, "Journal entries"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        text("On"),
        text("Entry"),
        text("Account"),
        number("Debit"),
        number("Credit"),
        text("Currency"),
      ),
    ),
    entries.map((entry) =>
      h(
        "tbody",
        {},
        entry.lines.map((line, index) => row(entry, line, index)),
      ),
    ),
  );
  return scrolling("Journal entries", table);
}

function row(entry: JournalEntryJson, line: JournalEntryJson["lines"][number], index: number): HTMLElement {
  const { lines, event_type, effective_at, reverses_entry_id } = entry;
  const amount = (side: "DR" | "CR"): Child =>
    line.direction === side ? minorText(line.amount_minor, line.currency) : "";
  const first = index === 0 && [
    h("th", { scope: "rowgroup", rowspan: lines.length }, dateText(effective_at)),
    h(
      "td",
      { rowspan: lines.length },
      words(event_type),
      reverses_entry_id !== undefined && " (reverses an entry)",
    ),
  ];
  return h(
    "tr",
    {},
    first,
    h("td", {}, line.account_code),
    h("td", { class: "number" }, amount("DR")),
    h("td", { class: "number" }, amount("CR")),
    h("td", {}, line.currency),
  );
}
