import type { Context } from "hono";
import type { JournalFormat, JournalListQuery } from "../contract/ledger/queries.ts";
import type { AppEnv } from "../http/app-env.ts";
import { invalidQuery } from "../http/query.ts";
import { journalPages } from "../reads/journal-export.ts";
import { daysOf } from "../reads/journal-list.ts";
import { read } from "./read.ts";

const FILE_NAMES: Readonly<Record<JournalFormat, string>> = {
  hledger: "ledger.journal",
  beancount: "ledger.beancount",
};

/** Streams the tenant's journal, or that of some days, page by page, so that its length does not matter to the worker's memory. */
export async function exportJournal(
  c: Context<AppEnv>,
  query: JournalListQuery,
  format: JournalFormat,
): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const opened = await read(c, async (db) => {
    const pages = journalPages(db, tenant, { days: daysOf(query), format });
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
    "Content-Disposition": `attachment; filename="${FILE_NAMES[format]}"`,
  });
}
