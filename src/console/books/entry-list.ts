import type { JournalPageJson } from "../../contract/ledger/answers.ts";
import type { Fetched } from "../api.ts";
import { growingList } from "../rows.ts";
import { chartText, ownAccountText } from "./account-names.ts";
import { ENTRY_COLUMNS, entrySection } from "./entry-table.ts";

interface Entries {
  readonly read: (page_token: string | undefined, signal: AbortSignal) => Promise<Fetched<JournalPageJson>>;
  readonly none: string;
}

/** Entries of the journal, page by page, with the tenant's own names of the accounts. */
export function entryList({ read, none }: Entries, page: AbortSignal): HTMLElement {
  let accountText = chartText;
  return growingList(
    {
      what: "journal entries",
      columns: ENTRY_COLUMNS,
      shape: "rows entries",
      read: async (page_token, { signal }) => {
        const first = page_token === undefined;
        const [found, names] = await Promise.all([
          read(page_token, signal),
          first ? ownAccountText(signal) : null,
        ]);
        if (!found.ok) return found;
        if (names !== null && !names.ok) return names;
        if (names !== null) accountText = names.value;
        return { ok: true, value: { rows: found.value.items, next: found.value.next_page_token } };
      },
      show: (entry) => entrySection(entry, accountText),
      none,
    },
    page,
  );
}
