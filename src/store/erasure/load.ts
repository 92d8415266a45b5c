import { type SQL, sql } from "drizzle-orm";
import { type ErasureState, noErasureState, personOf } from "../../domain/erasure/erasure.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import type { Database } from "../d1/session.ts";

/**
 * Adds the queries for what erasures of some persons are decided on: as many for one as for the thousands that a restore of
 * the database may have taken.
 */
export function addErasures(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  persons: ReadonlySet<string>,
): () => ErasureState {
  const found = [...persons].flatMap((name) => personOf(name) ?? []);
  const idsOf = (kind: string) => found.filter((one) => one.kind === kind).map(({ id }) => id);
  const [clients, borrowers] = [idsOf("client"), idsOf("borrower")];
  const last = batch.add(() => lastQuery(db, tenant, [...persons]), persons.size > 0);
  const shared = batch.add(() => sharedQuery(db, tenant, clients), clients.length > 0);
  const own = batch.add(() => borrowersQuery(db, tenant, borrowers), borrowers.length > 0);
  return () => {
    const state = noErasureState();
    for (const [client, purchases] of Map.groupBy(shared(), ({ client_id }) => client_id)) {
      state.shared.set(
        client,
        purchases.map(({ id }) => id),
      );
    }
    const changed = new Set(shared().flatMap((one) => (one.is_changed ? [`client:${one.client_id}`] : [])));
    for (const { person, is_outdated } of last()) {
      state.last.set(person, { is_outdated: is_outdated === 1 || changed.has(person) });
    }
    for (const { id } of own()) state.borrowers.add(id);
    return state;
  };
}

const listedOf = (values: readonly string[]): SQL => sql`json_each(${JSON.stringify(values)}) AS listed`;

/** The last erasure of each person who was erased. */
const lastQuery = (db: Database, tenant: string, persons: readonly string[]) =>
  db
    .select({
      person: sql<string>`person`.as("person"),
      is_outdated: sql<number>`is_outdated`.as("is_outdated"),
    })
    .from(
      sql`(SELECT person, is_outdated, max(sequence) FROM ${listedOf(persons)} CROSS JOIN erasures
        ON tenant_id = ${tenant} AND person = listed.value GROUP BY person)`,
    );

/**
 * The purchases of clients that have, or had, other clients too. `is_changed`: the purchase or one of its operations has changed
 * since the client's last erasure, by an event that names no person.
 */
function sharedQuery(db: Database, tenant: string, client_ids: readonly string[]) {
  const linked = (table: string) => sql`SELECT client_id, disbursement_id FROM ${listedOf(client_ids)}
    CROSS JOIN ${sql.raw(table)} INDEXED BY ${sql.raw(`${table}_by_client`)} ON tenant_id = ${tenant} AND client_id = listed.value`;
  const others = (table: string) => sql`EXISTS (SELECT 1 FROM ${sql.raw(table)} AS other
    WHERE other.tenant_id = ${tenant} AND other.disbursement_id = own.disbursement_id AND other.client_id <> own.client_id)`;
  const since = sql`(SELECT max(sequence) FROM erasures WHERE tenant_id = ${tenant} AND person = 'client:' || own.client_id)`;
  return db
    .select({
      client_id: sql<string>`client_id`.as("client_id"),
      id: sql<string>`disbursement_id`.as("id"),
      is_changed: sql<number>`is_changed`.as("is_changed"),
    })
    .from(
      sql`(SELECT client_id, disbursement_id,
        EXISTS (SELECT 1 FROM disbursements AS changed WHERE changed.tenant_id = ${tenant}
          AND changed.disbursement_id = own.disbursement_id AND changed.updated_seq > ${since})
        OR EXISTS (SELECT 1 FROM operations AS changed INDEXED BY operations_by_disbursement
          WHERE changed.tenant_id = ${tenant} AND changed.disbursement_id = own.disbursement_id
            AND changed.deleted_at IS NULL AND changed.updated_seq > ${since}) AS is_changed
      FROM (${linked("purchase_clients")} UNION ${linked("former_purchase_clients")}) AS own
      WHERE ${others("purchase_clients")} OR ${others("former_purchase_clients")}
      ORDER BY client_id, disbursement_id)`,
    );
}

/** Those of the borrowers who have a loan that no record opened. */
const borrowersQuery = (db: Database, tenant: string, borrower_ids: readonly string[]) =>
  db.select({ id: sql<string>`id`.as("id") }).from(
    sql`(SELECT value AS id FROM ${listedOf(borrower_ids)} WHERE EXISTS (SELECT 1 FROM ledger_loans
      WHERE tenant_id = ${tenant} AND borrower_id = listed.value AND follows_records = 0))`,
  );
