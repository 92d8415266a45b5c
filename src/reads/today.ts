import { calendarOf } from "../domain/core/calendar.ts";
import type { Day } from "../domain/core/dates.ts";
import type { Database } from "../store/d1/session.ts";
import { readSettings } from "../store/settings/settings.ts";

/** Today in the tenant's time zone (docs/portfolio.md#days). */
export async function todayOf(db: Database, tenant: string): Promise<Day> {
  const { time_zone } = await readSettings(db, tenant);
  return calendarOf(time_zone).dayAt(Date.now());
}
