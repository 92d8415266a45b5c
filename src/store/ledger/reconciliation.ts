import { and, eq, ne, sql } from "drizzle-orm";
import {
  type BankStanding,
  type IntegrityStanding,
  REPORTED_FINDINGS_MAX,
  type RollupStanding,
} from "../../domain/ledger/reconciliation.ts";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";
import { integrityChecks, integrityFindings } from "./integrity-tables.ts";
import { halvesOf, joined } from "./rows.ts";

/** The state of the tenant's integrity check, and what it found wrong. */
export async function integrityStanding(db: Database, tenant: string): Promise<IntegrityStanding> {
  const { figure_table: table, book, account_code: account, currency, day, entry } = integrityFindings;
  const ofTenant = eq(integrityFindings.tenant_id, tenant);
  const [[check], [accounts], findings] = await db.batch([
    db
      .select({ checked_at: integrityChecks.checked_at, checked_upto: integrityChecks.checked_upto })
      .from(integrityChecks)
      .where(eq(integrityChecks.tenant_id, tenant)),
    db
      .select({
        count: sql<number>`count(DISTINCT json_array(${book}, ${account}, ${currency}))`.as("count"),
      })
      .from(integrityFindings)
      .where(and(ofTenant, ne(account, ""))),
    // The same figure may be found by two comparisons.
    db
      .selectDistinct({ table, book, account, currency, day, entry })
      .from(integrityFindings)
      .where(ofTenant)
      .orderBy(table, book, account, currency, day, entry)
      .limit(REPORTED_FINDINGS_MAX),
  ]);
  return {
    mismatched: accounts?.count ?? 0,
    findings,
    checked_at: check?.checked_at ?? null,
    checked_upto: check?.checked_upto ?? 0,
  };
}

interface BankRow {
  readonly bank_account_ref: string;
  readonly currency: string;
  readonly as_of_date: string | null;
  readonly closing: string | null;
  readonly dr_hi: string;
  readonly dr_lo: string;
  readonly cr_hi: string;
  readonly cr_lo: string;
}

/** For each bank account and currency: the latest statement up to a day, and the ledger's cash on its day. */
export async function bankStandings(
  db: Database,
  tenant: string,
  as_of: string,
): Promise<readonly BankStanding[]> {
  const half = (name: string) =>
    sql.raw(`CAST(COALESCE(total.${name}, 0) - COALESCE((SELECT SUM(${name}) FROM ledger_days AS later
      WHERE later.tenant_id = pairs.tenant_id AND later.book = 'bank:' || pairs.bank_account_ref
        AND later.account_code = '1000' AND later.currency = pairs.currency AND later.layer = 'SETTLED'
        AND later.day > stated.as_of_date), 0) AS TEXT) AS ${name}`);
  const rows = await queryRows<BankRow>(
    db,
    sql`
    WITH pairs AS (
      SELECT tenant_id, substr(book, 6) AS bank_account_ref, currency FROM ledger_totals
        WHERE tenant_id = ${tenant} AND book > 'bank:' AND book < 'bank;'
      UNION
      SELECT tenant_id, bank_account_ref, currency FROM bank_balances WHERE tenant_id = ${tenant}
    ), stated AS (
      SELECT bank_account_ref, currency, max(as_of_date) AS as_of_date,
        CAST(closing_balance_minor AS TEXT) AS closing
      FROM bank_balances WHERE tenant_id = ${tenant} AND as_of_date <= ${as_of}
      GROUP BY bank_account_ref, currency
    )
    SELECT pairs.bank_account_ref, pairs.currency, stated.as_of_date, stated.closing,
      ${half("dr_hi")}, ${half("dr_lo")}, ${half("cr_hi")}, ${half("cr_lo")}
    FROM pairs
      LEFT JOIN stated ON stated.bank_account_ref = pairs.bank_account_ref AND stated.currency = pairs.currency
      LEFT JOIN ledger_totals AS total ON total.tenant_id = pairs.tenant_id
        AND total.book = 'bank:' || pairs.bank_account_ref AND total.account_code = '1000'
        AND total.currency = pairs.currency AND total.layer = 'SETTLED'
    ORDER BY pairs.bank_account_ref, pairs.currency`,
  );
  return rows.map((row) => ({
    bank_account_ref: row.bank_account_ref,
    currency: row.currency,
    statement_minor: row.closing === null ? null : BigInt(row.closing),
    ledger_minor: joined(row.dr_hi, row.dr_lo) - joined(row.cr_hi, row.cr_lo),
  }));
}

interface RollupRow {
  readonly currency: string;
  readonly dr_hi: string;
  readonly dr_lo: string;
  readonly cr_hi: string;
  readonly cr_lo: string;
  readonly loans_hi: string;
  readonly loans_lo: string;
}

const OF_LOANS = halvesOf(sql`principal_minor`);
const OF_DAYS = halvesOf(sql`day.principal_minor`);

/** The principal of each currency as of a day: in the general ledger, and as the sum over the loans. */
export async function rollup(
  db: Database,
  tenant: string,
  as_of: string,
): Promise<readonly RollupStanding[]> {
  const half = (name: string) =>
    sql`CAST(total.${sql.raw(name)} - COALESCE((SELECT SUM(${sql.raw(name)}) FROM ledger_days AS later
      WHERE later.tenant_id = ${tenant} AND later.book = '' AND later.account_code = '1100'
        AND later.currency = total.currency AND later.layer = 'SETTLED' AND later.day > ${as_of}), 0) AS TEXT)
      AS ${sql.raw(name)}`;
  const rows = await queryRows<RollupRow>(
    db,
    sql`
    WITH loans AS (
      SELECT currency, ${OF_LOANS.hi} AS hi, ${OF_LOANS.lo} AS lo
      FROM loan_balances WHERE tenant_id = ${tenant} GROUP BY currency
    ), later AS (
      SELECT day.currency, ${OF_DAYS.hi} AS hi, ${OF_DAYS.lo} AS lo
      FROM loan_balances AS loan CROSS JOIN loan_days AS day
      WHERE loan.tenant_id = ${tenant} AND day.tenant_id = loan.tenant_id AND day.loan_id = loan.loan_id
        AND day.currency = loan.currency AND day.day > ${as_of}
      GROUP BY day.currency
    )
    SELECT total.currency, ${half("dr_hi")}, ${half("dr_lo")}, ${half("cr_hi")}, ${half("cr_lo")},
      CAST(COALESCE(loans.hi, 0) - COALESCE(later.hi, 0) AS TEXT) AS loans_hi,
      CAST(COALESCE(loans.lo, 0) - COALESCE(later.lo, 0) AS TEXT) AS loans_lo
    FROM ledger_totals AS total
      LEFT JOIN loans ON loans.currency = total.currency LEFT JOIN later ON later.currency = total.currency
    WHERE total.tenant_id = ${tenant} AND total.book = '' AND total.account_code = '1100'
      AND total.layer = 'SETTLED'
    ORDER BY total.currency`,
  );
  return rows.map((row) => ({
    currency: row.currency,
    gl_minor: joined(row.dr_hi, row.dr_lo) - joined(row.cr_hi, row.cr_lo),
    loans_minor: joined(row.loans_hi, row.loans_lo),
  }));
}
