import type { Category, DisbursementChange } from "./fields.ts";
import type { IngestCommand } from "./state.ts";

/** The ids of the records that deciding some commands may look at. */
export type Needs = Readonly<Record<Category, Set<string>>>;

export const noNeeds = (): Needs => ({
  client: new Set(),
  disbursement: new Set(),
  payment: new Set(),
  operation: new Set(),
});

/** Adds what `command` names. The parent of an existing payment or operation is found with the child itself. */
export function addNeeds(needs: Needs, command: IngestCommand): void {
  needs[command.category].add(command.id);
  const { client_id, purchase_clients, disbursement_id } = command.change as DisbursementChange;
  if (command.category === "disbursement") {
    if (client_id) needs.client.add(client_id);
    for (const id of purchase_clients ?? []) needs.client.add(id);
  }
  if (disbursement_id) needs.disbursement.add(disbursement_id);
}
