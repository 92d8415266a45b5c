import { sql } from "drizzle-orm";
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
  const shared = batch.add(() => sharedQuery(db, tenant, person?.id ?? ""), person?.kind === "client");
  const loans = batch.add(() => ownLoanQuery(db, tenant, person?.id ?? ""), person?.kind === "borrower");
  return (state) => {
    const [found] = last();
    if (found) state.last.set(name, { is_outdated: found.is_outdated === 1 });
    if (!person) return;
    if (person.kind === "client")
      state.shared.set(
        person.id,
        shared().map(({ id }) => id),
      );
    else if (loans().length > 0) state.borrowers.add(person.id);
  };
}

/** The purchases of a client that have, or had, other clients too. */
function sharedQuery(db: Database, tenant: string, client_id: string) {
  const others = (table: string) => sql`EXISTS (SELECT 1 FROM ${sql.raw(table)} AS other
    WHERE other.tenant_id = ${tenant} AND other.disbursement_id = own.disbursement_id AND other.client_id <> ${client_id})`;
  return db.select({ id: sql<string>`disbursement_id`.as("id") }).from(
    sql`(SELECT disbursement_id FROM (
        SELECT disbursement_id FROM purchase_clients INDEXED BY purchase_clients_by_client
          WHERE tenant_id = ${tenant} AND client_id = ${client_id}
        UNION
        SELECT disbursement_id FROM former_purchase_clients INDEXED BY former_purchase_clients_by_client
          WHERE tenant_id = ${tenant} AND client_id = ${client_id}) AS own
      WHERE ${others("purchase_clients")} OR ${others("former_purchase_clients")} ORDER BY disbursement_id)`,
  );
}

/** A loan of a borrower that no record opened. */
const ownLoanQuery = (db: Database, tenant: string, borrower_id: string) =>
  db.select({ loan_id: sql<string>`loan_id`.as("loan_id") }).from(
    sql`(SELECT loan_id FROM ledger_loans
      WHERE tenant_id = ${tenant} AND borrower_id = ${borrower_id} AND follows_records = 0 LIMIT 1)`,
  );
