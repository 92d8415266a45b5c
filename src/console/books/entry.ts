import type { JournalEntryJson } from "../../contract/ledger/answers.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { type Child, h, link } from "../dom.ts";
import { dateText } from "../format.ts";
import { loading } from "../loading.ts";
import type { Route } from "../route.ts";
import { tableOf } from "../rows.ts";
import { ownAccountText } from "./account-names.ts";
import { ENTRY_COLUMNS, entrySection, kindOf } from "./entry-table.ts";

/** One entry of the journal in full. */
export function entryPart({ segments }: Route, page: AbortSignal): readonly HTMLElement[] {
  const id = segments[2] ?? "";
  return [
    h(
      "section",
      { class: "card", "aria-label": "Entry" },
      loading("the entry", page, async ({ signal }) => {
        const [answer, names] = await Promise.all([
          get<JournalEntryJson>(pathOf(["v1", "journal-entries", id]), signal),
          ownAccountText(signal),
        ]);
        if (!answer.ok) return answer;
        if (!names.ok) return names;
        const section = entrySection(answer.value, names.value);
        const lines = {
          caption: "Lines of the entry",
          columns: ENTRY_COLUMNS,
          shape: "rows entries",
        } as const;
        return { ok: true, value: [members(answer.value), tableOf(lines, section)] };
      }),
    ),
  ];
}

const entryLink = (id: string | undefined): Child =>
  id === undefined ? null : link(href(["books", "entry", id]), id);

function members(entry: JournalEntryJson): HTMLElement {
  const shown: readonly (readonly [label: string, value: Child])[] = [
    ["Entry", entry.journal_entry_id],
    ["Kind", kindOf(entry)],
    ["Counts from", entry.effective_at],
    ["Day of what it books", entry.value_date],
    ["Posted", dateText(entry.posted_at)],
    ["Posted by", entry.actor],
    ["Description", entry.description],
    ["Bank account", entry.bank_account_ref],
    ["Reverses", entryLink(entry.reverses_entry_id)],
    ["Settles", entryLink(entry.settles_entry_id)],
  ];
  return h(
    "dl",
    { class: "members" },
    shown
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))),
  );
}
