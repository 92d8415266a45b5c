import type { JournalEntryJson } from "../../contract/ledger/answers.ts";
import { href } from "../address.ts";
import { type Child, h, link } from "../dom.ts";
import { minorText, words } from "../format.ts";
import type { TableColumn } from "../rows.ts";
import type { AccountText } from "./account-names.ts";
import { loanLink } from "./links.ts";

type Line = JournalEntryJson["lines"][number];

export const ENTRY_COLUMNS: readonly TableColumn[] = [
  ["On"],
  ["Entry"],
  ["Account"],
  ["Debit", "number"],
  ["Credit", "number"],
  ["Currency"],
  ["Loan"],
];

/** An entry as a section of a table: a row for each line, and the day and the kind beside all of them. */
export function entrySection(entry: JournalEntryJson, accountText: AccountText): HTMLTableSectionElement {
  return h(
    "tbody",
    {},
    entry.lines.map((line, index) =>
      lineRow(entry, { line, account: accountText(line.account_code) }, index),
    ),
  );
}

interface Named {
  readonly line: Line;
  readonly account: string;
}

function lineRow(entry: JournalEntryJson, { line, account }: Named, index: number): HTMLElement {
  const { lines, effective_at, value_date, journal_entry_id } = entry;
  const first = index === 0 && [
    h(
      "th",
      { scope: "rowgroup", rowspan: lines.length },
      effective_at,
      value_date !== effective_at && h("span", { class: "note" }, ` books ${value_date}`),
    ),
    h("td", { rowspan: lines.length }, link(href(["books", "entry", journal_entry_id]), kindOf(entry))),
  ];
  const amount = (label: string, side: Line["direction"]): Child =>
    h(
      "td",
      { class: "number", "data-label": label, "data-currency": line.currency },
      line.direction === side &&
        link(href(["books", "entry", journal_entry_id]), minorText(line.amount_minor, line.currency)),
    );
  return h(
    "tr",
    {},
    first,
    h("td", {}, account),
    amount("Debit", "DR"),
    amount("Credit", "CR"),
    h("td", {}, line.currency),
    h("td", {}, loanLink(line)),
  );
}

export const kindOf = ({ event_type, reverses_entry_id }: JournalEntryJson): string =>
  `${words(event_type)}${event_type !== "reversal" && reverses_entry_id !== undefined ? " (reversal)" : ""}`;
