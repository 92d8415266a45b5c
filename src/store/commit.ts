import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { AnySQLiteColumn, AnySQLiteTable } from "drizzle-orm/sqlite-core";
import type { Writes } from "../domain/command.ts";
import { CATEGORIES, type Category, type Fields, RECORDS } from "../domain/tape/fields.ts";
import type { Stored } from "../domain/tape/state.ts";
import { writeRows } from "./d1/rows.ts";
import type { Database } from "./d1/session.ts";
import { ledgerStatements } from "./ledger/commit.ts";
import { events } from "./log.ts";
import { toRow } from "./tape/rows.ts";
import {
  clients,
  disbursements,
  disbursementTerms,
  operations,
  payments,
  purchaseClients,
} from "./tape/tables.ts";

/** Where the records of a category are kept, and what of a record no update can change. */
interface Place {
  readonly table: AnySQLiteTable;
  readonly key: readonly [AnySQLiteColumn, AnySQLiteColumn];
  readonly lifelong: ReadonlySet<string>;
}

const PLACES: Readonly<Record<Category, Place>> = {
  client: place("client", clients, clients.client_id),
  disbursement: place("disbursement", disbursements, disbursements.disbursement_id),
  payment: place("payment", payments, payments.payment_id),
  operation: place("operation", operations, operations.operation_id),
};

function place(
  category: Category,
  table: AnySQLiteTable & { readonly tenant_id: AnySQLiteColumn },
  id: AnySQLiteColumn,
): Place {
  const fields: Fields = RECORDS[category].fields;
  const immutable = Object.keys(fields).filter((name) => fields[name]?.immutable);
  const lifelong = new Set([...immutable, "created_seq", "created_at", "deleted_at"]);
  return { table, key: [table.tenant_id, id], lifelong };
}

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
  for (const category of CATEGORIES) {
    statements.push(...puts(db, tenant, PLACES[category], writes[category], first));
  }
  if (writes.unlinks.size > 0) statements.push(unlink(db, tenant, [...writes.unlinks.values()]));
  const links = [...writes.links.values()].map((link) => ({ tenant_id: tenant, ...link }));
  const terms = writes.terms.map((row) => ({ tenant_id: tenant, ...row }));
  statements.push(...writeRows(db, purchaseClients, links), ...writeRows(db, disbursementTerms, terms));
  statements.push(...ledgerStatements(db, tenant, writes));
  const log = writes.events.map((event) => ({ tenant_id: tenant, ...event }));
  const [fence, ...others] = writeRows(db, events, log);
  if (fence) await db.batch([fence, ...others, ...statements]);
}

/**
 * Writes records of one category. A record that was live before the group and still is keeps the columns that an
 * update cannot change: they stand in the indexes, and SQLite writes an index entry anew for each column that is set.
 */
function puts(
  db: Database,
  tenant: string,
  { table, key, lifelong }: Place,
  records: ReadonlyMap<string, Stored<object>>,
  first: number,
): BatchItem<"sqlite">[] {
  const { updated = [], other = [] } = Object.groupBy(records.values(), (stored) =>
    stored.created_seq < first && stored.deleted_at === null ? "updated" : "other",
  );
  const rows = (some: readonly Stored<object>[]) => some.map((stored) => toRow(tenant, stored));
  return [
    ...writeRows(db, table, rows(updated), { key, keep: lifelong }),
    ...writeRows(db, table, rows(other), { key }),
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
