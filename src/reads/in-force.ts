import { type Calendar, calendarOf } from "../domain/core/calendar.ts";
import type { Day } from "../domain/core/dates.ts";
import type { KnownAt } from "../domain/core/known-at.ts";
import type { Settings } from "../domain/core/settings.ts";
import type { Database } from "../store/d1/session.ts";
import { readSettings } from "../store/settings/settings.ts";

/** A tenant's settings, and today in its time zone. */
export interface InForce {
  readonly settings: Settings;
  readonly calendar: Calendar;
  readonly today: Day;
}

/** What is in force now, or was at a sequence of the log (docs/portfolio.md#as-of-as-known). */
export async function settingsInForce(db: Database, tenant: string, known: number | null): Promise<InForce> {
  const settings = await readSettings(db, tenant, known ?? undefined);
  const calendar = calendarOf(settings.time_zone);
  return { settings, calendar, today: calendar.dayAt(Date.now()) };
}

/** The day after which money lies in the future: that of `known_at`, or today. */
export const knownDay = (known_at: KnownAt | undefined, today: Day, calendar: Calendar): Day =>
  known_at && "at" in known_at ? calendar.dayAt(known_at.at) : today;
