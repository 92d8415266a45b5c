import { sql } from "drizzle-orm";
import type { AnySQLiteColumn, AnySQLiteTable } from "drizzle-orm/sqlite-core";
import type { Writes } from "../domain/command.ts";
import { type Category, type Fields, RECORDS } from "../domain/tape/fields.ts";
import type { Stored } from "../domain/tape/state.ts";
import { type NewRow, replacing, rowWriter } from "./d1/rows.ts";
import type { Database } from "./d1/session.ts";
import { builder, runAll, type Statement } from "./d1/statement.ts";
import { ledgerStatements } from "./ledger/commit.ts";
import { events } from "./log.ts";
import { fromClient, fromDisbursement, fromOperation, fromPayment } from "./tape/rows.ts";
import {
  clients,
  disbursements,
  disbursementTerms,
  operations,
  payments,
  purchaseClients,
} from "./tape/tables.ts";

/** The statements that write the records of one category. `first` is the sequence of the group's first event. */
type RecordWriter<R> = (
  tenant: string,
  records: ReadonlyMap<string, Stored<R>>,
  first: number,
) => readonly Statement[];

const RECORD_WRITERS = {
  client: recordWriter("client", clients, clients.client_id, fromClient),
  disbursement: recordWriter("disbursement", disbursements, disbursements.disbursement_id, fromDisbursement),
  payment: recordWriter("payment", payments, payments.payment_id, fromPayment),
  operation: recordWriter("operation", operations, operations.operation_id, fromOperation),
};

/**
 * Writes records of one category. A record that was live before the group and still is keeps the columns that an
 * update cannot change: they stand in the indexes, and SQLite writes an index entry anew for each column that is set.
 */
function recordWriter<R, T extends AnySQLiteTable & { readonly tenant_id: AnySQLiteColumn }>(
  category: Category,
  table: T,
  id: AnySQLiteColumn,
  toRow: (tenant: string, stored: Stored<R>) => NewRow<T>,
): RecordWriter<R> {
  const fields: Fields = RECORDS[category].fields;
  const immutable = Object.keys(fields).filter((name) => fields[name]?.immutable);
  const lifelong = new Set([...immutable, "created_seq", "created_at", "deleted_at"]);
  const key = [table.tenant_id, id] as const;
  const update = rowWriter(table, replacing(table, key, lifelong));
  const put = rowWriter(table, replacing(table, key));
  return (tenant, records, first) => {
    const { updated = [], other = [] } = Object.groupBy(records.values(), (stored) =>
      stored.created_seq < first && stored.deleted_at === null ? "updated" : "other",
    );
    const rows = (some: readonly Stored<R>[]) => some.map((stored) => toRow(tenant, stored));
    return [...update(rows(updated)), ...put(rows(other))];
  };
}

const writeEvents = rowWriter(events);
const writeLinks = rowWriter(purchaseClients);
const writeTerms = rowWriter(disbursementTerms);

/**
 * Writes a group in one D1 batch, all or nothing. The events come first: their sequence is the fence, so the batch of
 * a second writer for the tenant fails as a whole before it touches a record.
 */
export async function commit(db: Database, tenant: string, writes: Writes): Promise<void> {
  const first = writes.events[0]?.sequence ?? 0;
  const log = writes.events.map(({ facts, ...event }) => ({
    tenant_id: tenant,
    ...event,
    facts: JSON.stringify(facts),
  }));
  const links = [...writes.links.values()].map((link) => ({ tenant_id: tenant, ...link }));
  const terms = writes.terms.map((row) => ({ tenant_id: tenant, ...row }));
  await runAll(db, [
    ...writeEvents(log),
    ...[...writes.reassigned].map(([loan, { client_id, stamp }]) => {
      const set = { client_id, updated_seq: stamp.sequence, updated_at: stamp.now };
      return reassign(tenant, loan, set);
    }),
    ...RECORD_WRITERS.client(tenant, writes.client, first),
    ...RECORD_WRITERS.disbursement(tenant, writes.disbursement, first),
    ...RECORD_WRITERS.payment(tenant, writes.payment, first),
    ...RECORD_WRITERS.operation(tenant, writes.operation, first),
    ...(writes.unlinks.size > 0 ? [unlink(tenant, [...writes.unlinks.values()])] : []),
    ...writeLinks(links),
    ...writeTerms(terms),
    ...ledgerStatements(tenant, writes),
  ]);
}

/** The live payments of a loan take its new client. */
function reassign(
  tenant: string,
  disbursement_id: string,
  set: { readonly client_id: string; readonly updated_seq: number; readonly updated_at: number },
): Statement {
  // The index is named because the planner, who knows no tenant's size, would walk over all of its payments.
  const ofLoan = sql`(${payments.tenant_id}, ${payments.payment_id}) IN (
    SELECT tenant_id, payment_id FROM payments INDEXED BY payments_by_disbursement
    WHERE tenant_id = ${tenant} AND disbursement_id = ${disbursement_id} AND deleted_at IS NULL)`;
  return builder.update(payments).set(set).where(ofLoan).toSQL();
}

function unlink(
  tenant: string,
  pairs: readonly { readonly disbursement_id: string; readonly client_id: string }[],
): Statement {
  const payload = JSON.stringify(pairs.map((pair) => [pair.disbursement_id, pair.client_id]));
  const listed = sql`(${purchaseClients.tenant_id}, ${purchaseClients.created_seq}, ${purchaseClients.position}) IN (
    SELECT tenant_id, created_seq, position FROM purchase_clients INDEXED BY purchase_clients_by_disbursement
    WHERE tenant_id = ${tenant} AND disbursement_id IN (SELECT value ->> 0 FROM json_each(${payload}))
      AND (disbursement_id, client_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${payload})))`;
  return builder.delete(purchaseClients).where(listed).toSQL();
}
