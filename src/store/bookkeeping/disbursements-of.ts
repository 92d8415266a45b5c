import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../d1/session.ts";
import { bookedLoans } from "./tables.ts";

/** The disbursements of some of the ledger's loans, by `loan_id`; a loan that follows no record has none. */
export async function disbursementsOf(
  db: Database,
  tenant: string,
  loans: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (loans.length === 0) return new Map();
  const rows = await db
    .select({ loan_id: bookedLoans.loan_id, disbursement_id: bookedLoans.disbursement_id })
    .from(bookedLoans)
    .where(
      and(
        eq(bookedLoans.tenant_id, tenant),
        eq(bookedLoans.follows_records, true),
        sql`${bookedLoans.loan_id} IN (SELECT value FROM json_each(${JSON.stringify(loans)}))`,
      ),
    );
  return new Map(rows.map(({ loan_id, disbursement_id }) => [loan_id, disbursement_id]));
}
