import { beancountEntry, beancountHead } from "../contract/ledger/beancount.ts";
import { hledgerCommodity, hledgerEntry, hledgerHead } from "../contract/ledger/hledger.ts";
import { withDeadline } from "../store/d1/failure.ts";
import type { Database } from "../store/d1/session.ts";
import { readAccountNames } from "../store/ledger/account-names.ts";
import { type EntryPage, entriesAfter } from "../store/ledger/export.ts";
import type { DayRange } from "../store/ledger/journal-list.ts";
import type { DayPlace } from "../store/ledger/places.ts";

/** The names, and two D1 calls a page; a worker has 1,000 calls: books of a million entries at most, fewer with large texts. */
const EXPORT_PAGE_ENTRIES = 2_000;

/** How each format writes a journal; all of them take a semicolon for the start of a comment. */
const FORMATS = {
  hledger: { head: hledgerHead, commodity: hledgerCommodity, entry: hledgerEntry },
  beancount: { head: beancountHead, commodity: () => "", entry: beancountEntry },
} as const;

interface JournalExport {
  readonly days: DayRange | null;
  readonly format: keyof typeof FORMATS;
}

const whatOf = (days: DayRange | null): string =>
  days
    ? `the entries effective from ${days.from} to ${days.to}, in the order of their days`
    : "the tenant's whole journal in the order of posting";

/** The tenant's journal, or that of some days, as plain-text books, page by page. */
export async function* journalPages(
  db: Database,
  tenant: string,
  { days, format }: JournalExport,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  const currencies = new Set<string>();
  let text = FORMATS[format].head(whatOf(days), await withDeadline(readAccountNames(db, tenant)));
  let count = 0;
  let after: DayPlace | null = null;
  for (let isLast = false; !isLast; ) {
    const page: EntryPage = await withDeadline(
      entriesAfter(db, tenant, { days, after }, EXPORT_PAGE_ENTRIES),
    );
    const { entries } = page;
    count += entries.length;
    for (const entry of entries) {
      if (!currencies.has(entry.currency)) text += FORMATS[format].commodity(entry.currency);
      currencies.add(entry.currency);
      text += FORMATS[format].entry(entry);
    }
    if (text !== "") yield encoder.encode(text);
    text = "";
    after = entries.at(-1) ?? after;
    isLast = page.isLast;
  }
  // A download that was cut off lacks this line.
  yield encoder.encode(`; end of the journal: ${count} entries\n`);
}
