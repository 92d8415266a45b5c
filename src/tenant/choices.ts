import type { Writes } from "../domain/command.ts";
import type { DraftEvent, RequestOfEvent, Stamp } from "../domain/core/event.ts";
import type { Problem } from "../domain/core/problem.ts";
import { ok, type Result } from "../domain/core/result.ts";
import { decideFacility, type FacilityCommand } from "../domain/facility/facility.ts";
import {
  type AccountNamedCommand,
  accountNamedEvent,
  NO_NAMES,
  namesAfter,
} from "../domain/ledger/account-names.ts";
import type { Entry } from "../domain/ledger/journal.ts";
import { decideSettings, type SettingsCommand, settingsEvent } from "../domain/settings/settings.ts";
import type { Loaded } from "../store/load.ts";

/** A command that is accepted: its event with the entries that it posts, and how the group's next command gets to see what it does. */
export interface Decision {
  readonly draft: DraftEvent;
  readonly entries: readonly Entry[];
  readonly apply: () => void;
}

/** What a command is decided on, and what its group writes. */
export interface Ground {
  readonly tenant: string;
  readonly loaded: Loaded;
  readonly writes: Writes;
  readonly stamp: Stamp;
}

/** The settings after a change of them. The group's next command is decided on them. */
export function decideSetting(
  { loaded: { settings, books }, writes, stamp }: Ground,
  command: SettingsCommand,
  request: RequestOfEvent,
): Result<Decision, Problem> {
  const decided = decideSettings(settings.now, command, books.version > 0);
  if (!decided.ok) return decided;
  const draft = settingsEvent(decided.value, stamp, request);
  const apply = () => {
    settings.now = decided.value;
    writes.settings.push({ sequence: stamp.sequence, ...decided.value });
  };
  return ok({ draft, entries: [], apply });
}

/** What the tenant calls an account. The group's next command is decided on it. */
export function decideNaming(
  { loaded: { accounts }, writes, stamp }: Ground,
  { account_code, change }: AccountNamedCommand,
  request: RequestOfEvent,
): Result<Decision, Problem> {
  const names = namesAfter(accounts.get(account_code) ?? NO_NAMES, change);
  const draft = accountNamedEvent(account_code, names, stamp, request);
  const apply = () => {
    accounts.set(account_code, names);
    writes.accountNames.push({ account_code, ...names, sequence: stamp.sequence });
  };
  return ok({ draft, entries: [], apply });
}

/** A facility that is put or deleted. The group's next command is decided on it. */
export function decideFacilityChange(
  { loaded: { facilities }, writes, stamp }: Ground,
  command: FacilityCommand,
  request: RequestOfEvent,
): Result<Decision, Problem> {
  const decided = decideFacility(facilities, command, stamp, request);
  if (!decided.ok) return decided;
  const { row, draft } = decided.value;
  const apply = () => {
    if (row.terms === null) facilities.delete(row.facility_id);
    else facilities.set(row.facility_id, row.sequence);
    writes.facilities.push(row);
  };
  return ok({ draft, entries: [], apply });
}
