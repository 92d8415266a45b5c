import type { BookedCategory } from "../../../src/domain/bookkeeping/booked.ts";
import type { Entry } from "../../../src/domain/ledger/journal.ts";
import { Books } from "../bookkeeping/books.ts";

/** An event of a record. */
export interface Sent {
  readonly category: BookedCategory;
  readonly data: object;
}

/** Books each event that is accepted, in the order in which they are sent, in the days of a time zone. */
export function bookedBy(events: readonly Sent[], time_zone = "UTC") {
  const books = new Books();
  books.settings = { ...books.settings, time_zone };
  const entries: Entry[] = [];
  const accepted = events.filter(({ category, data }) => {
    const posted = books.bookIfAccepted(category, data);
    entries.push(...(posted ?? []));
    return posted !== null;
  });
  return { entries, accepted };
}
