import type { ParsedOf } from "../contract/answer-types.ts";
import type { settings } from "../contract/settings/answers.ts";
import { type Calendar, calendarOf } from "../domain/core/calendar.ts";
import { type Fetched, get } from "./api.ts";
import { sessionToken } from "./session.ts";

/** The calendar of the tenant to whom the token belongs. */
let known: { readonly token: string | null; readonly calendar: Calendar } | null = null;

export const knowsDays = (): boolean => known !== null && known.token === sessionToken();

/** Asks for the tenant's time zone, by whose days the service reckons. */
export async function learnDays(signal: AbortSignal): Promise<Fetched<readonly never[]>> {
  const token = sessionToken();
  const answer = await get<ParsedOf<typeof settings>>("/v1/settings", signal);
  if (!answer.ok) return answer;
  known = { token, calendar: calendarOf(answer.value.time_zone) };
  return { ok: true, value: [] };
}

/** Views are shown once it is known. */
export function tenantCalendar(): Calendar {
  if (known === null) throw new Error("the tenant's time zone is not known yet");
  return known.calendar;
}

/** Today in the tenant's time zone. */
export const today = (): string => tenantCalendar().dayAt(Date.now());
