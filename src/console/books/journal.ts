import type { JournalPageJson } from "../../contract/ledger/answers.ts";
import { ACCOUNT_CODES } from "../../domain/ledger/accounts.ts";
import { ENTRY_TYPES } from "../../domain/ledger/journal.ts";
import { href, pathOf } from "../address.ts";
import { addressForm } from "../address-form.ts";
import { get } from "../api.ts";
import { dateField } from "../date-field.ts";
import { foldable, h, labelled, link, select } from "../dom.ts";
import { csvButton } from "../download.ts";
import { words } from "../format.ts";
import type { Route } from "../route.ts";
import { chartText, ownAccountText } from "./account-names.ts";
import { entryList } from "./entry-list.ts";

const FILTERS = ["from_date", "to_date", "account_code", "event_type"] as const;
type Asked = Readonly<Record<(typeof FILTERS)[number], string>>;

/** The tenant's entries, filtered; each leads to its loan. */
export function journalPart({ query }: Route, page: AbortSignal): readonly HTMLElement[] {
  const asked = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""])) as Asked;
  const path = (more: Readonly<Record<string, string | undefined>> = {}) =>
    pathOf(["v1", "journal-entries"], { ...asked, ...more });
  const byDay = asked.from_date !== "" || asked.to_date !== "";
  return [
    filters(asked, page),
    h(
      "section",
      { class: "card", "aria-label": "Entries" },
      h(
        "div",
        { class: "card-head" },
        h("p", { class: "note" }, byDay ? "In the order of their days." : "The newest first."),
        csvButton(() => path(), "journal.csv", page, "Download lines as CSV"),
      ),
      entryList(
        {
          read: (page_token, signal) => get<JournalPageJson>(path({ page_size: "50", page_token }), signal),
          none: "No entry.",
        },
        page,
      ),
    ),
  ];
}

function filters(asked: Asked, page: AbortSignal): HTMLElement {
  const from = dateField(asked.from_date, { placeholder: "the first" });
  const to = dateField(asked.to_date, { placeholder: "the last" });
  const account = select(
    [["", "all accounts"], ...ACCOUNT_CODES.map((code) => [code, chartText(code)] as const)],
    asked.account_code,
  );
  void ownAccountText(page).then((own) => {
    if (!own.ok) return;
    for (const option of account.options) {
      const code = ACCOUNT_CODES.find((one) => one === option.value);
      if (code !== undefined) option.label = own.value(code);
    }
  });
  const type = select(
    [["", "all kinds"], ...ENTRY_TYPES.map((name) => [name, words(name)] as const)],
    asked.event_type,
  );
  const controls = [
    labelled("From", from.input, from.element),
    labelled("To", to.input, to.element),
    labelled("Account", account),
    labelled("Kind of entry", type),
    h("button", {}, "Show"),
    Object.values(asked).some((value) => value !== "") &&
      link(href(["books", "journal"]), "Remove all filters"),
  ];
  const address = () =>
    href(["books", "journal"], {
      from_date: from.value(),
      to_date: to.value(),
      account_code: account.value,
      event_type: type.value,
    });
  return foldable("Filters", addressForm("Filter the journal", controls, address));
}
