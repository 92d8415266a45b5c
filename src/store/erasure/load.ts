import { type SQL, sql } from "drizzle-orm";
import { type ErasureState, noErasureState, personOf } from "../../domain/erasure/erasure.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import type { Database } from "../d1/session.ts";

/** Adds the queries for what erasures of some persons are decided on. */
export function addErasures(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  persons: ReadonlySet<string>,
): () => ErasureState {
  const readers = [...persons].map((person) => addErasure(batch, db, tenant, person));
  return () => {
    const state = noErasureState();
    for (const read of readers) read(state);
    return state;
  };
}

function addErasure(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  name: string,
): (state: ErasureState) => void {
  const person = personOf(name);
  const last = batch.add(() =>
    db.select({ is_outdated: sql<number>`is_outdated`.as("is_outdated") }).from(
      sql`(SELECT is_outdated FROM erasures WHERE tenant_id = ${tenant} AND person = ${name}
          ORDER BY sequence DESC LIMIT 1)`,
    ),
  );
  const isClient = person?.kind === "client";
  const shared = batch.add(() => sharedQuery(db, tenant, person?.id ?? ""), isClient);
  const changed = batch.add(() => changedQuery(db, tenant, name, person?.id ?? ""), isClient);
  const loans = batch.add(() => ownLoanQuery(db, tenant, person?.id ?? ""), person?.kind === "borrower");
  return (state) => {
    const [found] = last();
    const isChanged = isClient && changed().length > 0;
    if (found) state.last.set(name, { is_outdated: found.is_outdated === 1 || isChanged });
    if (!person) return;
    if (isClient)
      state.shared.set(
        person.id,
        shared().map(({ id }) => id),
      );
    else if (loans().length > 0) state.borrowers.add(person.id);
  };
}

/** The purchases of a client that have, or had, other clients too. */
const sharedQuery = (db: Database, tenant: string, client_id: string) =>
  db
    .select({ id: sql<string>`disbursement_id`.as("id") })
    .from(sql`(${sharedPurchases(tenant, client_id)} ORDER BY disbursement_id)`);

function sharedPurchases(tenant: string, client_id: string): SQL {
  const others = (table: string) => sql`EXISTS (SELECT 1 FROM ${sql.raw(table)} AS other
    WHERE other.tenant_id = ${tenant} AND other.disbursement_id = own.disbursement_id AND other.client_id <> ${client_id})`;
  return sql`SELECT disbursement_id FROM (
      SELECT disbursement_id FROM purchase_clients INDEXED BY purchase_clients_by_client
        WHERE tenant_id = ${tenant} AND client_id = ${client_id}
      UNION
      SELECT disbursement_id FROM former_purchase_clients INDEXED BY former_purchase_clients_by_client
        WHERE tenant_id = ${tenant} AND client_id = ${client_id}) AS own
    WHERE ${others("purchase_clients")} OR ${others("former_purchase_clients")}`;
}

/** A purchase that the client shares, if it or one of its operations has changed since the client's last erasure: its events name no person. */
function changedQuery(db: Database, tenant: string, name: string, client_id: string) {
  const since = sql`(SELECT max(sequence) FROM erasures WHERE tenant_id = ${tenant} AND person = ${name})`;
  return db.select({ id: sql<string>`disbursement_id`.as("id") }).from(
    sql`(SELECT disbursement_id FROM (${sharedPurchases(tenant, client_id)}) AS shared
      WHERE EXISTS (SELECT 1 FROM disbursements AS changed WHERE changed.tenant_id = ${tenant}
          AND changed.disbursement_id = shared.disbursement_id AND changed.updated_seq > ${since})
        OR EXISTS (SELECT 1 FROM operations AS changed INDEXED BY operations_by_disbursement
          WHERE changed.tenant_id = ${tenant} AND changed.disbursement_id = shared.disbursement_id
            AND changed.deleted_at IS NULL AND changed.updated_seq > ${since}) LIMIT 1)`,
  );
}

/** A loan of a borrower that no record opened. */
const ownLoanQuery = (db: Database, tenant: string, borrower_id: string) =>
  db.select({ loan_id: sql<string>`loan_id`.as("loan_id") }).from(
    sql`(SELECT loan_id FROM ledger_loans
      WHERE tenant_id = ${tenant} AND borrower_id = ${borrower_id} AND follows_records = 0 LIMIT 1)`,
  );
