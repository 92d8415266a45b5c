import { type LogLine, lineOfLog } from "../domain/log/line.ts";
import type { Database } from "../store/d1/session.ts";
import { exportPage } from "../store/log-export.ts";

/** A page of an export of the log. */
interface LogPage {
  readonly lines: readonly LogLine[];
  /** The sequence after which the next page begins; null at the end of the log. */
  readonly next: number | null;
}

/**
 * The events after a sequence, with the entries that the journal holds. An entry without an event of its own goes to the
 * next event, whose hash then does not fit.
 */
export async function logLines(db: Database, tenant: string, after: number, limit: number): Promise<LogPage> {
  const { events, entries, hasMore } = await exportPage(db, tenant, after, limit);
  let place = 0;
  const lines = events.map((event) => {
    const from = place;
    while ((entries[place]?.sequence ?? Number.POSITIVE_INFINITY) <= event.sequence) place += 1;
    return lineOfLog(tenant, event, entries.slice(from, place));
  });
  return { lines, next: hasMore ? (events.at(-1)?.sequence ?? null) : null };
}
