import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";

/** The principal of a loan at the end of a day, in minor units. */
export interface LoanPrincipal {
  readonly loan_id: string;
  readonly currency: string;
  readonly principal_minor: bigint;
  /** The remainder of the loan's interest, in units of 10^-12 minor units (docs/ledger.md#accruals). */
  readonly remainder: bigint;
  /** True for a loan that takes no accruals, because its entries follow its records. */
  readonly follows_records: boolean;
}

/** The principal of a row of `loan_balances`, which is named `present`, at the end of `day`. */
export const principalAt = (tenant: string, day: string | SQL): SQL =>
  sql`present.principal_minor - COALESCE((SELECT SUM(later.principal_minor) FROM loan_days AS later
    WHERE later.tenant_id = ${tenant} AND later.loan_id = present.loan_id AND later.day > ${day}
      AND later.currency = present.currency), 0)`;

/** 1 if the loan of a row of `loan_balances` follows its records. */
const followsRecords = (tenant: string): SQL =>
  sql`(SELECT follows_records FROM ledger_loans AS loan
    WHERE loan.tenant_id = ${tenant} AND loan.loan_id = present.loan_id)`;

/** The principals of some loans at the end of a day, without loans that the ledger does not know. */
export async function principalsOf(
  db: Database,
  tenant: string,
  loans: readonly string[],
  day: string,
): Promise<ReadonlyMap<string, LoanPrincipal>> {
  const rows = await queryRows<Row>(
    db,
    sql`
    SELECT present.loan_id, present.currency, CAST(${principalAt(tenant, day)} AS TEXT) AS principal_minor,
      CAST(present.interest_remainder AS TEXT) AS remainder, ${followsRecords(tenant)} AS follows_records
    FROM json_each(${JSON.stringify(loans)}) AS listed CROSS JOIN loan_balances AS present
    WHERE present.tenant_id = ${tenant} AND present.loan_id = listed.value`,
  );
  return new Map(rows.map((row) => [row.loan_id, toPrincipal(row)]));
}

/** A page of loans with principal, by loan id, and where the next page starts. */
interface PrincipalPage {
  readonly loans: readonly LoanPrincipal[];
  /** The id of the last loan that the page examined; null if there are no more. */
  readonly end: string | null;
}

/** The most loans that a page examines, with principal or without. */
const EXAMINED_MAX = 20_000;

/** Which loans of a currency a page lists: at most `limit` after a loan id, with principal at the end of a day. */
interface PrincipalRequest {
  readonly currency: string;
  readonly day: string;
  readonly after: string;
  readonly limit: number;
}

/** A page of the loans with principal. */
export async function principalsAfter(
  db: Database,
  tenant: string,
  { currency, day, after, limit }: PrincipalRequest,
): Promise<PrincipalPage> {
  const examined = sql`
    SELECT loan_id, currency, principal_minor, interest_remainder FROM loan_balances
    WHERE tenant_id = ${tenant} AND loan_id > ${after} ORDER BY loan_id LIMIT ${EXAMINED_MAX}`;
  const rows = await queryRows<Row>(
    db,
    sql`
    SELECT loan_id, currency, CAST(principal_minor AS TEXT) AS principal_minor, remainder, follows_records FROM (
      SELECT present.loan_id, present.currency, ${principalAt(tenant, day)} AS principal_minor,
        CAST(present.interest_remainder AS TEXT) AS remainder, ${followsRecords(tenant)} AS follows_records
      FROM (${examined}) AS present WHERE present.currency = ${currency}
    ) WHERE principal_minor > 0 LIMIT ${limit + 1}`,
  );
  const loans = rows.slice(0, limit).map(toPrincipal);
  if (rows.length > limit) return { loans, end: loans.at(-1)?.loan_id ?? null };
  const [last] = await queryRows<{ loan_id: string; count: number }>(
    db,
    sql`SELECT max(loan_id) AS loan_id, count(*) AS count FROM (${examined})`,
  );
  return { loans, end: last?.count === EXAMINED_MAX ? last.loan_id : null };
}

interface Row {
  readonly loan_id: string;
  readonly currency: string;
  readonly principal_minor: string;
  readonly remainder: string;
  readonly follows_records: number;
}

const toPrincipal = ({ principal_minor, remainder, follows_records, ...row }: Row): LoanPrincipal => ({
  ...row,
  follows_records: follows_records === 1,
  remainder: BigInt(remainder),
  principal_minor: BigInt(principal_minor),
});
