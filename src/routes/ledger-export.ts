import type { Context } from "hono";
import { hledgerCommodity, hledgerEntry, hledgerHead } from "../contract/ledger/hledger.ts";
import type { EntryPlace } from "../domain/ledger/journal.ts";
import type { AppEnv } from "../http/app-env.ts";
import { invalidQuery } from "../http/query.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { entriesAfter } from "../store/ledger/export.ts";
import { read } from "./read.ts";

/** Two D1 calls a page, and a worker has 1,000 calls: books of a million entries at most, fewer with large texts. */
const EXPORT_PAGE_ENTRIES = 2_000;

/** Streams the tenant's journal page by page, so that its length does not matter to the worker's memory. */
export async function exportJournal(c: Context<AppEnv>): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const opened = await read(c, async (db) => {
    const pages = hledgerPages((after) => withDeadline(entriesAfter(db, tenant, after, EXPORT_PAGE_ENTRIES)));
    // Before the answer begins: a database that is away is a 503, not books without entries.
    return { pages, first: await pages.next() };
  });
  if (!opened.ok) return invalidQuery(c, opened.error);
  const { pages, first } = opened.value;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      if (!first.done) controller.enqueue(first.value);
    },
    async pull(controller) {
      const { value, done } = await pages.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pages.return();
    },
  });
  return c.body(stream, 200, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Disposition": 'attachment; filename="ledger.journal"',
  });
}

async function* hledgerPages(
  next: (after: EntryPlace) => ReturnType<typeof entriesAfter>,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  const currencies = new Set<string>();
  let text = hledgerHead();
  let count = 0;
  for (let after: EntryPlace = { sequence: 0, position: 0 }; ; ) {
    const { entries, isLast } = await next(after);
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
