import { type BookNeeds, isBooked, noBookNeeds } from "./bookkeeping/booked.ts";
import { type BookWrites, noBookWrites, type OpeningCommand } from "./bookkeeping/writes.ts";
import type { Event } from "./core/event.ts";
import { addLedgerNeeds, isOfManyLoans, type LedgerCommand } from "./ledger/decide.ts";
import { type LedgerNeeds, type LedgerState, noLedgerNeeds } from "./ledger/state.ts";
import { type LedgerWrites, noLedgerWrites } from "./ledger/writes.ts";
import type { Category, DisbursementChange } from "./tape/fields.ts";
import type { IngestCommand } from "./tape/state.ts";
import { noRecordWrites, type RecordWrites } from "./tape/writes.ts";

/** Everything that a tenant's gate settles. */
export type Command = IngestCommand | LedgerCommand | OpeningCommand;

/** What deciding some commands may look at: the ids of records, and what the ledger is asked for. */
export interface Needs extends Readonly<Record<Category, Set<string>>> {
  readonly ledger: LedgerNeeds;
  /** Looked at where the tenant's books come from its records. */
  readonly books: BookNeeds;
}

export const noNeeds = (): Needs => ({
  client: new Set(),
  disbursement: new Set(),
  payment: new Set(),
  operation: new Set(),
  ledger: noLedgerNeeds(),
  books: noBookNeeds(),
});

/**
 * Adds what `command` names. The parent of an existing payment or operation is found with the child itself. `now` is
 * the present time in milliseconds since 1970.
 */
export function addNeeds(needs: Needs, command: Command, now: number): void {
  if (command.type === "ingest") addRecordNeeds(needs, command);
  else if (command.type === "opening") {
    needs[command.category].add(command.id);
    needs.books[command.category].add(command.id);
  } else addLedgerNeeds(needs.ledger, command, new Date(now).toISOString().slice(0, 10));
}

function addRecordNeeds(needs: Needs, command: IngestCommand): void {
  needs[command.category].add(command.id);
  const { client_id, purchase_clients, disbursement_id } = command.change as DisbursementChange;
  if (client_id && command.category !== "client") needs.client.add(client_id);
  if (command.category === "disbursement") {
    for (const id of purchase_clients ?? []) needs.client.add(id);
  }
  if (disbursement_id) needs.disbursement.add(disbursement_id);
  if (!isBooked(command.category)) return;
  needs.books[command.category].add(command.id);
  if (command.category === "payment" && disbursement_id) needs.books.loans.add(disbursement_id);
}

/**
 * True for a command that touches so many loans that it is decided in a group of its own (docs/api.md#ledger). Of a
 * reversal only the loaded entry tells.
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
