import { hledgerCommodity, hledgerEntry, hledgerHead } from "../contract/ledger/hledger.ts";
import type { EntryPlace } from "../domain/ledger/journal.ts";
import { withDeadline } from "../store/d1/failure.ts";
import type { Database } from "../store/d1/session.ts";
import { entriesAfter } from "../store/ledger/export.ts";

/** Two D1 calls a page, and a worker has 1,000 calls: books of a million entries at most, fewer with large texts. */
const EXPORT_PAGE_ENTRIES = 2_000;

/** The tenant's journal as plain-text books, page by page. */
export async function* hledgerPages(db: Database, tenant: string): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  const currencies = new Set<string>();
  let text = hledgerHead();
  let count = 0;
  for (let after: EntryPlace = { sequence: 0, position: 0 }; ; ) {
    const { entries, isLast } = await withDeadline(entriesAfter(db, tenant, after, EXPORT_PAGE_ENTRIES));
    count += entries.length;
    for (const entry of entries) {
      if (!currencies.has(entry.currency)) text += hledgerCommodity(entry.currency);
      currencies.add(entry.currency);
      text += hledgerEntry(entry);
    }
    if (text !== "") yield encoder.encode(text);
    text = "";
    const last = entries.at(-1);
    if (!last || isLast) break;
    after = last;
  }
  // A download that was cut off lacks this line.
  yield encoder.encode(`; end of the journal: ${count} entries\n`);
}
