import { and, eq, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Writes } from "../domain/writes.ts";
import type { Database } from "./database.ts";
import { ledgerStatements } from "./ledger-commit.ts";
import { toRow, writeRows } from "./rows.ts";
import { clients, disbursements, events, operations, payments, purchaseClients } from "./tables.ts";

/**
 * Writes a group in one D1 batch, all or nothing. The events come first: their sequence is the fence, so the batch of
 * a second writer for the tenant fails as a whole before it touches a record.
 */
export async function commit(db: Database, tenant: string, writes: Writes): Promise<void> {
  const rows = (stored: ReadonlyMap<string, { record: object }>) =>
    [...stored.values()].map((one) => toRow(tenant, one as never));
  const statements: BatchItem<"sqlite">[] = [];
  for (const [disbursement_id, { client_id, stamp }] of writes.reassigned) {
    statements.push(
      db
        .update(payments)
        .set({ client_id, updated_seq: stamp.sequence, updated_at: stamp.now })
        .where(and(eq(payments.tenant_id, tenant), eq(payments.disbursement_id, disbursement_id))),
    );
  }
  if (writes.client.size > 0) {
    statements.push(writeRows(db, clients, rows(writes.client), [clients.tenant_id, clients.client_id]));
  }
  if (writes.disbursement.size > 0) {
    const key = [disbursements.tenant_id, disbursements.disbursement_id] as const;
    statements.push(writeRows(db, disbursements, rows(writes.disbursement), key));
  }
  if (writes.payment.size > 0) {
    statements.push(writeRows(db, payments, rows(writes.payment), [payments.tenant_id, payments.payment_id]));
  }
  if (writes.operation.size > 0) {
    const key = [operations.tenant_id, operations.operation_id] as const;
    statements.push(writeRows(db, operations, rows(writes.operation), key));
  }
  if (writes.unlinks.size > 0) statements.push(unlink(db, tenant, [...writes.unlinks.values()]));
  if (writes.links.size > 0) {
    const links = [...writes.links.values()].map((link) => ({ tenant_id: tenant, ...link }));
    statements.push(writeRows(db, purchaseClients, links));
  }
  statements.push(...ledgerStatements(db, tenant, writes));
  const log = writes.events.map((event) => ({ tenant_id: tenant, ...event }));
  await db.batch([writeRows(db, events, log), ...statements]);
}

function unlink(
  db: Database,
  tenant: string,
  pairs: readonly { readonly disbursement_id: string; readonly client_id: string }[],
) {
  const payload = JSON.stringify(pairs.map((pair) => [pair.disbursement_id, pair.client_id]));
  const listed: SQL = sql`(${purchaseClients.disbursement_id}, ${purchaseClients.client_id}) IN (
    SELECT value ->> 0, value ->> 1 FROM json_each(${payload}))`;
  return db.delete(purchaseClients).where(and(eq(purchaseClients.tenant_id, tenant), listed));
}
