import { type Calendar, calendarOf } from "../domain/core/calendar.ts";
import type { Day } from "../domain/core/dates.ts";
import type { Settings } from "../domain/core/settings.ts";
import type { Database } from "../store/d1/session.ts";
import type { KnownSequence } from "../store/known-at.ts";
import { readSettings } from "../store/settings/settings.ts";

/** A tenant's settings, and the days of its time zone. */
export interface InForce {
  readonly settings: Settings;
  readonly calendar: Calendar;
  readonly today: Day;
  /** The day after which money lies in the future: that of `known_at`, or today. */
  readonly known_day: Day;
}

/** What is in force now, or was at a moment that the log knew (docs/portfolio.md#as-of-as-known). */
export async function settingsInForce(
  db: Database,
  tenant: string,
  known: Pick<KnownSequence, "sequence" | "at"> | null,
): Promise<InForce> {
  const settings = await readSettings(db, tenant, known?.sequence);
  const calendar = calendarOf(settings.time_zone);
  const today = calendar.dayAt(Date.now());
  return { settings, calendar, today, known_day: known ? calendar.dayAt(known.at) : today };
}
