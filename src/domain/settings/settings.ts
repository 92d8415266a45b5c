import { type DraftEvent, eventOf, type RequestOfEvent, type Stamp } from "../core/event.ts";
import { type Expected, refusedVersion } from "../core/precondition.ts";
import type { Problem } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { ReportDimensions, Settings } from "../core/settings.ts";
import { sha256 } from "../log/hash.ts";

/** Any subset of the settings; a list of dimensions that is left out stays too. */
type SettingsChange = Change<Omit<Settings, "report_dimensions">> & {
  readonly report_dimensions?: Change<ReportDimensions> | undefined;
};
type Change<T> = { readonly [Member in keyof T]?: T[Member] | undefined };

/** A checked `PUT /v1/settings` on its way to the tenant's gate. */
export interface SettingsCommand {
  readonly type: "settings";
  readonly change: SettingsChange;
  readonly expected?: Expected | undefined;
}

/** The settings as an event leaves them: one row of `settings`. */
export interface SettingsRow extends Settings {
  readonly sequence: number;
}

/**
 * The settings after a change. The time zone stays once bookkeeping was ever on: the days of posted entries follow from it.
 */
export function decideSettings(
  before: Settings,
  { change, expected }: Pick<SettingsCommand, "change" | "expected">,
  wasEverBooked: boolean,
): Result<Settings, Problem> {
  const { report_dimensions: dimensions = {} } = change;
  const after: Settings = {
    time_zone: change.time_zone ?? before.time_zone,
    arrears_tolerance: change.arrears_tolerance ?? before.arrears_tolerance,
    arrears_tolerance_share: change.arrears_tolerance_share ?? before.arrears_tolerance_share,
    report_dimensions: {
      disbursement: dimensions.disbursement ?? before.report_dimensions.disbursement,
      client: dimensions.client ?? before.report_dimensions.client,
    },
    anonymous_clients: change.anonymous_clients ?? before.anonymous_clients,
  };
  if (wasEverBooked && after.time_zone !== before.time_zone) return err(tooLate(before.time_zone));
  const refused = refusedVersion(expected, settingsVersion(before), "The settings");
  return refused ? err(refused) : ok(after);
}

const VERSION_DIGITS = 32;

/** The version of settings: equal ones have the same. */
export function settingsVersion({ report_dimensions, ...others }: Settings): string {
  const { disbursement, client } = report_dimensions;
  const members = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify([members, disbursement, client])).slice(0, VERSION_DIGITS);
}

const tooLate = (time_zone: string): Problem => ({
  code: "too_late",
  detail: `The time_zone stays ${time_zone}, because bookkeeping was on: the days of posted entries follow from it.`,
});

/** The event of changed settings. It keeps the answer, because a replay returns the same body. */
export const settingsEvent = (settings: Settings, stamp: Stamp, request: RequestOfEvent): DraftEvent =>
  eventOf(stamp, request, {
    category: "settings",
    step: "put",
    record_id: "settings",
    answer: JSON.stringify(settings),
  });
