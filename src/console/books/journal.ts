import type { JournalPageJson } from "../../contract/ledger/answers.ts";
import { ACCOUNT_CODES, ACCOUNTS } from "../../domain/ledger/accounts.ts";
import { ENTRY_TYPES } from "../../domain/ledger/journal.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { dateField } from "../date-field.ts";
import { h, labelled, link, on, select } from "../dom.ts";
import { csvButton } from "../download.ts";
import { words } from "../format.ts";
import { go, type Route } from "../route.ts";
import { growingList } from "../rows.ts";
import { ENTRY_COLUMNS, entrySection } from "./entry-table.ts";

const FILTERS = ["from_date", "to_date", "account_code", "event_type"] as const;
type Asked = Readonly<Record<(typeof FILTERS)[number], string>>;

/** The tenant's entries, filtered; each leads to its loan. */
export function journalPart({ query }: Route, page: AbortSignal): readonly HTMLElement[] {
  const asked = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""])) as Asked;
  const path = (more: Readonly<Record<string, string | undefined>> = {}) =>
    pathOf(["v1", "journal-entries"], { ...asked, ...more });
  const byDay = asked.from_date !== "" || asked.to_date !== "";
  return [
    filters(asked),
    h(
      "section",
      { class: "card", "aria-label": "Entries" },
      h("p", { class: "note" }, byDay ? "In the order of their days." : "The newest first."),
      growingList(
        {
          what: "journal entries",
          columns: ENTRY_COLUMNS,
          read: async (page_token, { signal }) => {
            const answer = await get<JournalPageJson>(path({ page_size: "50", page_token }), signal);
            if (!answer.ok) return answer;
            return { ok: true, value: { rows: answer.value.items, next: answer.value.next_page_token } };
          },
          show: entrySection,
          none: "No entry.",
        },
        page,
      ),
      csvButton(() => path(), "journal.csv", page, "Download lines as CSV"),
    ),
  ];
}

function filters(asked: Asked): HTMLElement {
  const from = dateField(asked.from_date, { placeholder: "the first" });
  const to = dateField(asked.to_date, { placeholder: "the last" });
  const account = select(
    [["", "all accounts"], ...ACCOUNT_CODES.map((code) => [code, `${code} ${ACCOUNTS[code].name}`] as const)],
    asked.account_code,
  );
  const type = select(
    [["", "all kinds"], ...ENTRY_TYPES.map((name) => [name, words(name)] as const)],
    asked.event_type,
  );
  const form = h(
    "form",
    { class: "controls", "aria-label": "Filter the journal" },
    labelled("From", from.input, from.element),
    labelled("To", to.input, to.element),
    labelled("Account", account),
    labelled("Kind of entry", type),
    h("button", {}, "Show"),
    Object.values(asked).some((value) => value !== "") &&
      link(href(["books", "journal"]), "Remove all filters"),
  );
  return on(form, {
    submit: (event) => {
      event.preventDefault();
      go(
        href(["books", "journal"], {
          from_date: from.value(),
          to_date: to.value(),
          account_code: account.value,
          event_type: type.value,
        }),
      );
    },
  });
}
