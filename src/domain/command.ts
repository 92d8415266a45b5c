import { type BookNeeds, isBooked, noBookNeeds } from "./bookkeeping/booked.ts";
import { banksOfRecords, type SwitchCommand, type Switched } from "./bookkeeping/switch.ts";
import { type BookWrites, noBookWrites, type OpeningCommand } from "./bookkeeping/writes.ts";
import type { CloseCommand, Closing } from "./closing/closing.ts";
import type { Day } from "./core/dates.ts";
import type { Event } from "./core/event.ts";
import { DEFAULT_SETTINGS } from "./core/settings.ts";
import { type EraseCommand, type NewErasure, personName } from "./erasure/erasure.ts";
import type { FacilityCommand, FacilityRow } from "./facility/facility.ts";
import type { AccountNamedCommand, AccountNamesRow } from "./ledger/account-names.ts";
import type { AccountCode } from "./ledger/accounts.ts";
import { presumedDays } from "./ledger/command-day.ts";
import { addLedgerNeeds, isOfManyLoans, type LedgerCommand } from "./ledger/decide.ts";
import { type LedgerNeeds, type LedgerState, noLedgerNeeds } from "./ledger/state.ts";
import { type LedgerWrites, noLedgerWrites } from "./ledger/writes.ts";
import type { RestoredCommand } from "./log/restored.ts";
import type { SettingsCommand, SettingsRow } from "./settings/settings.ts";
import { addRecordNeeds, noRecordNeeds, type RecordNeeds } from "./tape/needs.ts";
import type { IngestCommand } from "./tape/state.ts";
import { noRecordWrites, type RecordWrites } from "./tape/writes.ts";

/** Every command that a tenant's gate decides. */
export type Command =
  | IngestCommand
  | LedgerCommand
  | OpeningCommand
  | SettingsCommand
  | AccountNamedCommand
  | FacilityCommand
  | SwitchCommand
  | CloseCommand
  | EraseCommand
  | RestoredCommand;

/** What deciding some commands needs: the ids of records, and the state of the ledger. */
export interface Needs extends RecordNeeds {
  readonly ledger: LedgerNeeds;
  /** Needed where the tenant's books come from its records. */
  readonly books: BookNeeds;
  /** Whose erasures are needed, by name. */
  readonly persons: Set<string>;
  /** The day up to which the trial balance is needed; empty to reopen everything. One command at most closes. */
  readonly closing: Set<Day>;
  /** Accounts whose names are needed. */
  readonly accounts: Set<AccountCode>;
  /** The facility that a command changes: those that the tenant has are needed. */
  readonly facilities: Set<string>;
}

export const noNeeds = (): Needs => ({
  ...noRecordNeeds(),
  ledger: noLedgerNeeds(),
  books: noBookNeeds(),
  persons: new Set(),
  closing: new Set(),
  accounts: new Set(),
  facilities: new Set(),
});

/**
 * Adds what `command` names. The parent of an existing payment or operation is found with the child itself. `now` is
 * the present time in milliseconds since 1970; `settings` are those that the gate remembers.
 */
export function addNeeds(needs: Needs, command: Command, now: number, settings = DEFAULT_SETTINGS): void {
  switch (command.type) {
    case "ingest":
      addIngestNeeds(needs, command);
      return;
    case "opening":
      needs[command.category].add(command.id);
      needs.books[command.category].add(command.id);
      return;
    case "switch":
      for (const bank of banksOfRecords(command)) needs.ledger.banks.add(bank);
      return;
    case "close":
      needs.closing.add(command.closed_through ?? "");
      return;
    case "erase":
      needs.persons.add(personName(command));
      if (command.kind === "client") needs.client.add(command.id);
      return;
    case "account_named":
      needs.accounts.add(command.account_code);
      return;
    case "facility":
      needs.facilities.add(command.facility_id);
      return;
    case "settings":
    case "restored":
      return;
    default:
      addLedgerNeeds(needs.ledger, command, presumedDays(now, settings));
  }
}

function addIngestNeeds(needs: Needs, command: IngestCommand): void {
  const { category, id, change } = command;
  addRecordNeeds(needs, command);
  if (!isBooked(category)) return;
  needs.books[category].add(id);
  const { disbursement_id } = change;
  if (category === "payment" && typeof disbursement_id === "string") needs.books.loans.add(disbursement_id);
}

/**
 * True for a command that is decided in a group of its own: a switch of bookkeeping, a closing, an erasure, and what touches more loans
 * than may share a group (docs/api.md#ledger). For a reversal this depends on the loaded entry.
 */
export const goesAlone = (command: Command, ledger?: LedgerState): boolean =>
  command.type === "switch" ||
  command.type === "close" ||
  command.type === "erase" ||
  (isLedgerCommand(command) && isOfManyLoans(command, ledger));

export const isLedgerCommand = (command: Command): command is LedgerCommand =>
  ![
    "ingest",
    "opening",
    "settings",
    "account_named",
    "facility",
    "switch",
    "close",
    "erase",
    "restored",
  ].includes(command.type);

/** All that one group of accepted commands writes in one batch. */
export interface Writes extends RecordWrites, LedgerWrites, BookWrites {
  readonly settings: SettingsRow[];
  readonly accountNames: AccountNamesRow[];
  readonly facilities: FacilityRow[];
  switched: Switched | null;
  closing: Closing | null;
  readonly erasures: NewErasure[];
  readonly events: Event[];
}

export const noWrites = (): Writes => ({
  ...noRecordWrites(),
  ...noLedgerWrites(),
  ...noBookWrites(),
  settings: [],
  accountNames: [],
  facilities: [],
  switched: null,
  closing: null,
  erasures: [],
  events: [],
});
