import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";

const LIVE_ONES = `SELECT disbursement_id FROM disbursements INDEXED BY disbursements_by_client
    WHERE tenant_id = ?1 AND client_id = ?2 AND deleted_at IS NULL
  UNION ALL
  SELECT disbursement_id FROM purchase_clients INDEXED BY purchase_clients_by_client
    WHERE tenant_id = ?1 AND client_id = ?2`;

/** The ids of a client's live disbursements, also of purchases that it shares. */
export async function disbursementsOfClient(
  db: Database,
  tenant: string,
  client_id: string,
): Promise<readonly string[]> {
  const rows = await queryRows<{ disbursement_id: string }>(db, {
    sql: LIVE_ONES,
    params: [tenant, client_id],
  });
  return rows.map(({ disbursement_id }) => disbursement_id);
}
