import { type BookNeeds, isBooked, noBookNeeds } from "./bookkeeping/booked.ts";
import { type BookWrites, noBookWrites, type OpeningCommand } from "./bookkeeping/writes.ts";
import type { Event } from "./core/event.ts";
import { addLedgerNeeds, isOfManyLoans, type LedgerCommand } from "./ledger/decide.ts";
import { type LedgerNeeds, type LedgerState, noLedgerNeeds } from "./ledger/state.ts";
import { type LedgerWrites, noLedgerWrites } from "./ledger/writes.ts";
import { addRecordNeeds, noRecordNeeds, type RecordNeeds } from "./tape/needs.ts";
import type { IngestCommand } from "./tape/state.ts";
import { noRecordWrites, type RecordWrites } from "./tape/writes.ts";

/** Every command that a tenant's gate decides. */
export type Command = IngestCommand | LedgerCommand | OpeningCommand;

/** What deciding some commands needs: the ids of records, and the state of the ledger. */
export interface Needs extends RecordNeeds {
  readonly ledger: LedgerNeeds;
  /** Needed where the tenant's books come from its records. */
  readonly books: BookNeeds;
}

export const noNeeds = (): Needs => ({
  ...noRecordNeeds(),
  ledger: noLedgerNeeds(),
  books: noBookNeeds(),
});

/**
 * Adds what `command` names. The parent of an existing payment or operation is found with the child itself. `now` is
 * the present time in milliseconds since 1970.
 */
export function addNeeds(needs: Needs, command: Command, now: number): void {
  if (command.type === "ingest") addIngestNeeds(needs, command);
  else if (command.type === "opening") {
    needs[command.category].add(command.id);
    needs.books[command.category].add(command.id);
  } else addLedgerNeeds(needs.ledger, command, new Date(now).toISOString().slice(0, 10));
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
 * True for a command that touches more loans than may share a group: it is decided in a group of its own
 * (docs/api.md#ledger). For a reversal this depends on the loaded entry.
 */
export const touchesManyLoans = (command: Command, ledger?: LedgerState): boolean =>
  command.type !== "ingest" && command.type !== "opening" && isOfManyLoans(command, ledger);

/** All that one group of accepted commands writes in one batch. */
export interface Writes extends RecordWrites, LedgerWrites, BookWrites {
  readonly events: Event[];
}

export const noWrites = (): Writes => ({
  ...noRecordWrites(),
  ...noLedgerWrites(),
  ...noBookWrites(),
  events: [],
});
