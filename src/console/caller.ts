import type { ParsedOf } from "../contract/answer-types.ts";
import type { whoami } from "../contract/credentials/answers.ts";
import type { Scope } from "../contract/scopes.ts";
import type { settings } from "../contract/settings/answers.ts";
import { type Calendar, calendarOf } from "../domain/core/calendar.ts";
import { type Fetched, get } from "./api.ts";
import { sessionNumber } from "./session.ts";

/** Who reads, as the service knows their token or API key, and the calendar of their tenant. */
interface Caller extends Pick<ParsedOf<typeof whoami>, "tenant_id" | "scopes" | "expires_at"> {
  readonly calendar: Calendar;
  /** The members of `info` that reports may use, by their names in a query: `info.branch`. */
  readonly dimensions: readonly string[];
}

/** The caller, and the session in which this was learnt. */
let known: { readonly session: number; readonly caller: Caller } | null = null;

/** Null until it is known whose session this is. */
export const currentCaller = (): Caller | null => (known?.session === sessionNumber() ? known.caller : null);

/** Asks who has the token, and for the settings: the time zone by whose days the service reckons, the dimensions. */
export async function learnCaller(signal: AbortSignal): Promise<Fetched<readonly never[]>> {
  const session = sessionNumber();
  const [self, tenant] = await Promise.all([
    get<ParsedOf<typeof whoami>>("/v1/whoami", signal),
    get<ParsedOf<typeof settings>>("/v1/settings", signal),
  ]);
  if (!self.ok) return self;
  if (!tenant.ok) return tenant;
  const { time_zone, report_dimensions } = tenant.value;
  const dimensions = [
    ...report_dimensions.disbursement.map((member) => `info.${member}`),
    ...report_dimensions.client.map((member) => `client_info.${member}`),
  ];
  known = { session, caller: { ...self.value, calendar: calendarOf(time_zone), dimensions } };
  return { ok: true, value: [] };
}

/** Whether the reader's token or key grants one of these scopes. */
export const may = (...scopes: readonly Scope[]): boolean =>
  scopes.some((scope) => currentCaller()?.scopes.includes(scope));

/** Views are shown once it is known. */
export function tenantCalendar(): Calendar {
  if (known === null) throw new Error("the tenant's time zone is not known yet");
  return known.caller.calendar;
}

/** Today in the tenant's time zone. */
export const today = (): string => tenantCalendar().dayAt(Date.now());
