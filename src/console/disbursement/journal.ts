import type { JournalEntryJson, JournalPageJson } from "../../contract/ledger/answers.ts";
import type { PositionJson } from "../../contract/position/answers.ts";
import { pathOf } from "../address.ts";
import { get } from "../api.ts";
import { button, type Child, h, scrolling } from "../dom.ts";
import { dateText, minorText, words } from "../format.ts";
import { loading } from "../loading.ts";

/** The ledger's entries of the disbursement, the newest first. Needs a token that may read the ledger. */
export function journalCard({ ledger_loan_id }: PositionJson, page: AbortSignal): HTMLElement {
  const next = (page_token: string | undefined): HTMLElement =>
    loading("the journal", page, async ({ signal }) => {
      const path = pathOf(["v1", "loans", ledger_loan_id, "journal-entries"], {
        page_size: "50",
        page_token,
      });
      const answer = await get<JournalPageJson>(path, signal);
      if (!answer.ok) {
        const unknown = answer.problem.code === "not_found";
        return unknown
          ? { ok: true, value: [h("p", { class: "note" }, "The ledger has no entry for this disbursement.")] }
          : answer;
      }
      const { items, next_page_token: after } = answer.value;
      const more = after === undefined ? null : button("More", () => more?.replaceWith(next(after)));
      return { ok: true, value: [items.length > 0 ? entryTable(items) : note(), more] };
    });
  return h(
    "section",
    { class: "card", "aria-labelledby": "journal" },
    h("h2", { id: "journal" }, "Journal"),
    next(undefined),
  );
}

const note = () => h("p", { class: "note" }, "The ledger has no entry for this disbursement.");

function entryTable(entries: readonly JournalEntryJson[]): HTMLElement {
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
