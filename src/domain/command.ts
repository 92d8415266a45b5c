import type { Event } from "./core/event.ts";
import type { LedgerCommand } from "./ledger/decide.ts";
import { type LedgerWrites, noLedgerWrites } from "./ledger/writes.ts";
import type { Category, DisbursementChange } from "./tape/fields.ts";
import type { IngestCommand } from "./tape/state.ts";
import { noRecordWrites, type RecordWrites } from "./tape/writes.ts";

/** Everything that a tenant's gate settles. */
export type Command = IngestCommand | LedgerCommand;

/** The ids of what deciding some commands may look at. */
export type Needs = Readonly<Record<Category | "loan" | "entry", Set<string>>>;

export const noNeeds = (): Needs => ({
  client: new Set(),
  disbursement: new Set(),
  payment: new Set(),
  operation: new Set(),
  loan: new Set(),
  entry: new Set(),
});

/** Adds what `command` names. The parent of an existing payment or operation is found with the child itself. */
export function addNeeds(needs: Needs, command: Command): void {
  if (command.type === "post_disbursement") needs.loan.add(command.loan_id);
  else if (command.type === "reverse") needs.entry.add(command.reverses_entry_id);
  else addRecordNeeds(needs, command);
}

function addRecordNeeds(needs: Needs, command: IngestCommand): void {
  needs[command.category].add(command.id);
  const { client_id, purchase_clients, disbursement_id } = command.change as DisbursementChange;
  if (client_id && command.category !== "client") needs.client.add(client_id);
  if (command.category === "disbursement") {
    for (const id of purchase_clients ?? []) needs.client.add(id);
  }
  if (disbursement_id) needs.disbursement.add(disbursement_id);
}

/** All that one group of accepted commands writes in one batch. */
export interface Writes extends RecordWrites, LedgerWrites {
  readonly events: Event[];
}

export const noWrites = (): Writes => ({ ...noRecordWrites(), ...noLedgerWrites(), events: [] });
