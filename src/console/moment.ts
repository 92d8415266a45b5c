import { isCalendarDate } from "../domain/core/dates.ts";
import { endOfDay } from "./calendar-days.ts";
import { tenantCalendar, today } from "./caller.ts";
import type { Route } from "./route.ts";

/** What a view of figures is about: the day, a day to compare with, and what the log knew. */
export interface ShownMoment {
  readonly asOf: string;
  /** Null where nothing is compared. */
  readonly against: string | null;
  /** As the reader wrote it: a day, a timestamp or a sequence; empty for what is known now. */
  readonly known: string;
}

/** What a reader may write as `known_at` besides a day. */
export const KNOWN_TEXT = /^(?:0|[1-9]\d{0,14}|\d{4}-\d\d-\d\dT\S+)$/;

export function momentOf({ query }: Route): ShownMoment {
  return {
    asOf: query.get("as_of") ?? today(),
    against: query.get("against"),
    known: query.get("known_at") ?? "",
  };
}

/** The moment in an address; what is usual is left out. */
export const momentQuery = ({ asOf, against, known }: ShownMoment) => ({
  as_of: asOf === today() ? undefined : asOf,
  against: against ?? undefined,
  known_at: known === "" ? undefined : known,
});

/** The API's parameters. A day means its end; a day that has not ended, what is known now. */
export const momentParameters = ({ asOf, known }: Pick<ShownMoment, "asOf" | "known">) => ({
  as_of_date: asOf,
  known_at: isCalendarDate(known) ? endOf(known) : known || undefined,
});

/** The end of a day as a timestamp; undefined for a day that has not ended. */
function endOf(day: string): string | undefined {
  const end = endOfDay(day, tenantCalendar());
  return end >= Date.now() ? undefined : new Date(end).toISOString();
}
