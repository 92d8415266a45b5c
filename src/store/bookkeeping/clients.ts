import { and, eq, sql } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import { ledgerLoanIds } from "../../domain/core/uuid.ts";
import { soleClient } from "../../domain/tape/parent.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import type { Database } from "../d1/session.ts";
import { journalEntries } from "../ledger/tables.ts";
import { toPurchaseClients } from "../tape/rows.ts";
import { disbursements } from "../tape/tables.ts";

/**
 * Adds the query for the clients of booked disbursements: a booked entry names its disbursement. The returned function
 * reads the only client of each by the ledger's loan.
 */
export function addClientsOfEntries(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  ids: readonly string[],
): () => ReadonlyMap<string, string> {
  const sequences = JSON.stringify(ids.map(sequenceOf).filter((sequence) => sequence !== null));
  const rows = batch.add(
    () =>
      db
        .select({
          disbursement_id: disbursements.disbursement_id,
          client_id: disbursements.client_id,
          purchase_clients: disbursements.purchase_clients,
        })
        .from(journalEntries)
        .innerJoin(
          disbursements,
          and(
            eq(disbursements.tenant_id, journalEntries.tenant_id),
            eq(disbursements.disbursement_id, journalEntries.external_ref),
          ),
        )
        .where(
          and(
            eq(journalEntries.tenant_id, tenant),
            sql`${journalEntries.sequence} IN (SELECT value FROM json_each(${sequences}))`,
          ),
        ),
    ids.length > 0,
  );
  return () => {
    const loanId = ledgerLoanIds(tenant);
    const clients = new Map<string, string>();
    for (const { disbursement_id, client_id, purchase_clients } of rows()) {
      const client = soleClient({ client_id, purchase_clients: toPurchaseClients(purchase_clients) });
      if (client !== null) clients.set(loanId(disbursement_id), client);
    }
    return clients;
  };
}
