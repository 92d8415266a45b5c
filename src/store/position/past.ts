import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";
import { PAYMENTS_OF_A_LOAN_MAX } from "./loan-rows.ts";

/** Payments of the disbursements that are folded together. */
const PAYMENTS_MAX = 5_000;

/**
 * The last event of each of some disbursements, and of each payment that ever was theirs: it is linked to one of them
 * now, deleted or not, or was before its id was created anew under another disbursement. `too_many` where they have more
 * payments than can be folded together.
 */
export async function lastEventsOfLoans(
  db: Database,
  tenant: string,
  ids: readonly string[],
): Promise<readonly number[] | "too_many"> {
  const max = ids.length > 1 ? PAYMENTS_MAX : PAYMENTS_OF_A_LOAN_MAX;
  const rows = await queryRows<{ updated_seq: number }>(db, {
    sql: `SELECT updated_seq FROM json_each(?2) AS listed CROSS JOIN disbursements
      WHERE tenant_id = ?1 AND disbursement_id = listed.value
    UNION ALL
    SELECT updated_seq FROM json_each(?2) AS listed CROSS JOIN payments INDEXED BY payments_by_disbursement
      WHERE tenant_id = ?1 AND disbursement_id = listed.value
    UNION ALL
    SELECT payments.updated_seq FROM json_each(?2) AS listed CROSS JOIN former_payments AS former CROSS JOIN payments
      WHERE former.tenant_id = ?1 AND former.disbursement_id = listed.value
        AND payments.tenant_id = ?1 AND payments.payment_id = former.payment_id
    LIMIT ${max + ids.length + 1}`,
    params: [tenant, JSON.stringify(ids)],
  });
  return rows.length > max + ids.length ? "too_many" : rows.map(({ updated_seq }) => updated_seq);
}
