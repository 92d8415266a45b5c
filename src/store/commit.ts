import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { AnySQLiteColumn, AnySQLiteTable } from "drizzle-orm/sqlite-core";
import { type Category, type Fields, RECORDS } from "../domain/fields.ts";
import type { Stored } from "../domain/state.ts";
import type { Writes } from "../domain/writes.ts";
import type { Database } from "./database.ts";
import { ledgerStatements } from "./ledger-commit.ts";
import { chunked, toRow, writeRows } from "./rows.ts";
import { clients, disbursements, events, operations, payments, purchaseClients } from "./tables.ts";

/**
 * Writes a group in one D1 batch, all or nothing. The events come first: their sequence is the fence, so the batch of
 * a second writer for the tenant fails as a whole before it touches a record.
 */
export async function commit(db: Database, tenant: string, writes: Writes): Promise<void> {
  const statements: BatchItem<"sqlite">[] = [];
  for (const [disbursement_id, { client_id, stamp }] of writes.reassigned) {
    // The index is named because the planner, who knows no tenant's size, would walk over all of its payments.
    const ofLoan = sql`(${payments.tenant_id}, ${payments.payment_id}) IN (
      SELECT tenant_id, payment_id FROM payments INDEXED BY payments_by_disbursement
      WHERE tenant_id = ${tenant} AND disbursement_id = ${disbursement_id} AND deleted_at IS NULL)`;
    const set = { client_id, updated_seq: stamp.sequence, updated_at: stamp.now };
    statements.push(db.update(payments).set(set).where(ofLoan));
  }
  const first = writes.events[0]?.sequence ?? 0;
  statements.push(
    ...puts(db, tenant, "client", clients, [clients.tenant_id, clients.client_id], writes.client, first),
    ...puts(
      db,
      tenant,
      "disbursement",
      disbursements,
      [disbursements.tenant_id, disbursements.disbursement_id],
      writes.disbursement,
      first,
    ),
    ...puts(
      db,
      tenant,
      "payment",
      payments,
      [payments.tenant_id, payments.payment_id],
      writes.payment,
      first,
    ),
    ...puts(
      db,
      tenant,
      "operation",
      operations,
      [operations.tenant_id, operations.operation_id],
      writes.operation,
      first,
    ),
  );
  if (writes.unlinks.size > 0) statements.push(unlink(db, tenant, [...writes.unlinks.values()]));
  const links = [...writes.links.values()].map((link) => ({ tenant_id: tenant, ...link }));
  statements.push(...chunked(links).map((rows) => writeRows(db, purchaseClients, rows)));
  statements.push(...ledgerStatements(db, tenant, writes));
  const log = writes.events.map((event) => ({ tenant_id: tenant, ...event }));
  const [fence, ...others] = chunked(log).map((rows) => writeRows(db, events, rows));
  if (fence) await db.batch([fence, ...others, ...statements]);
}

/**
 * Writes records of one category. A record that was live before the group and still is keeps the columns that an
 * update cannot change: they stand in the indexes, and SQLite writes an index entry anew for each column that is set.
 */
function puts(
  db: Database,
  tenant: string,
  category: Category,
  table: AnySQLiteTable,
  key: readonly [AnySQLiteColumn, AnySQLiteColumn],
  records: ReadonlyMap<string, Stored<object>>,
  first: number,
): BatchItem<"sqlite">[] {
  const fields: Fields = RECORDS[category].fields;
  const immutable = Object.keys(fields).filter((name) => fields[name]?.immutable);
  const lifelong = new Set([...immutable, "created_seq", "created_at", "deleted_at"]);
  const { updated = [], other = [] } = Object.groupBy(records.values(), (stored) =>
    stored.created_seq < first && stored.deleted_at === null ? "updated" : "other",
  );
  const rows = (some: readonly Stored<object>[]) => chunked(some.map((stored) => toRow(tenant, stored)));
  return [
    ...rows(updated).map((some) => writeRows(db, table, some, { key, keep: lifelong })),
    ...rows(other).map((some) => writeRows(db, table, some, { key })),
  ];
}

function unlink(
  db: Database,
  tenant: string,
  pairs: readonly { readonly disbursement_id: string; readonly client_id: string }[],
) {
  const payload = JSON.stringify(pairs.map((pair) => [pair.disbursement_id, pair.client_id]));
  const listed = sql`(${purchaseClients.tenant_id}, ${purchaseClients.created_seq}, ${purchaseClients.position}) IN (
    SELECT tenant_id, created_seq, position FROM purchase_clients INDEXED BY purchase_clients_by_disbursement
    WHERE tenant_id = ${tenant} AND disbursement_id IN (SELECT value ->> 0 FROM json_each(${payload}))
      AND (disbursement_id, client_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${payload})))`;
  return db.delete(purchaseClients).where(listed);
}
