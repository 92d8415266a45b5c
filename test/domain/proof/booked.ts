import type { BookedCategory } from "../../../src/domain/bookkeeping/booked.ts";
import type { Entry } from "../../../src/domain/ledger/journal.ts";
import { Telling, TOLD_MEMBERS, type ToldEvent } from "../../../src/domain/proof/telling.ts";
import { Books } from "../bookkeeping/books.ts";

/** An event of a record. */
export interface Sent {
  readonly category: BookedCategory;
  readonly data: object;
}

/** The events as the log has them. */
export const told = (events: readonly Sent[]): readonly ToldEvent[] =>
  events.map(({ category, data }, index) => {
    const said = data as Readonly<Record<string, unknown>>;
    const texts = TOLD_MEMBERS.map((name) => JSON.stringify(said[name]) ?? null);
    const id = String(said[`${category}_id`]);
    return { sequence: index + 1, category, step: String(said.step), id, telling: new Telling(texts) };
  });

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
