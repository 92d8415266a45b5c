import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";

/** Registration numbers that several clients share: how many, and the first of them. */
export interface SharedNumbers {
  readonly count: number;
  readonly examples: readonly (readonly string[])[];
}

const EXAMPLES_MAX = 20;
/** The most clients that an example names. */
const CLIENTS_MAX = 100;

/** Groups a tenant's live clients by registration number in one pass. */
export async function sharedRegistrationNumbers(db: Database, tenant: string): Promise<SharedNumbers> {
  const rows = await queryRows<{ client_id: string; number: number; total: number }>(db, {
    sql: `SELECT client_id, number, total FROM (
          SELECT client_id, place, number, max(number) OVER () AS total FROM (
            SELECT client_id, place, dense_rank() OVER (ORDER BY first) AS number FROM (
              SELECT client_id, row_number() OVER same AS place, count(*) OVER (PARTITION BY registration_number) AS sharing,
                min(created_seq) OVER (PARTITION BY registration_number) AS first
              FROM clients NOT INDEXED WHERE tenant_id = ?1 AND deleted_at IS NULL AND registration_number IS NOT NULL
              WINDOW same AS (PARTITION BY registration_number ORDER BY created_seq))
            WHERE sharing > 1))
        WHERE number <= ${EXAMPLES_MAX} AND place <= ${CLIENTS_MAX} ORDER BY number, place`,
    params: [tenant],
  });
  const groups = Map.groupBy(rows, ({ number }) => number);
  return {
    count: rows[0]?.total ?? 0,
    examples: [...groups.values()].map((clients) => clients.map(({ client_id }) => client_id)),
  };
}
