import type { Day } from "../../domain/core/dates.ts";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";

/**
 * Days of the month up to `?2` on which a loan with principal, which accrued before, has no interest. First come the loans that may
 * have had principal in the month, then those of them with less interest than days: only their days are looked at one by
 * one. So a loan without a gap costs a row for each day.
 */
const MISSING = `WITH RECURSIVE days(day) AS (
    SELECT date(?2, 'start of month') UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < ?2
  ), loans AS MATERIALIZED (
    SELECT loan_id, currency, principal_minor, (SELECT min(accrual_date) FROM accruals AS own
      WHERE own.tenant_id = ?1 AND own.loan_id = present.loan_id) AS since
    FROM loan_balances AS present
    WHERE tenant_id = ?1 AND (principal_minor <> 0 OR EXISTS (SELECT 1 FROM loan_days AS later
      WHERE later.tenant_id = ?1 AND later.loan_id = present.loan_id AND later.day > date(?2, 'start of month')
        AND later.currency = present.currency AND later.principal_minor <> 0))
  ), gaps AS MATERIALIZED (
    SELECT * FROM loans WHERE since < ?2 AND (SELECT count(*) FROM accruals AS own
      WHERE own.tenant_id = ?1 AND own.loan_id = loans.loan_id AND own.accrual_date > since
        AND own.accrual_date BETWEEN date(?2, 'start of month') AND ?2)
      < julianday(?2) - julianday(max(since, date(?2, 'start of month', '-1 day')))
  )
  SELECT count(*) AS count FROM days WHERE EXISTS (
    SELECT 1 FROM gaps WHERE gaps.since < days.day
      AND NOT EXISTS (SELECT 1 FROM accruals AS own
        WHERE own.tenant_id = ?1 AND own.loan_id = gaps.loan_id AND own.accrual_date = days.day)
      AND gaps.principal_minor > COALESCE((SELECT SUM(later.principal_minor) FROM loan_days AS later
        WHERE later.tenant_id = ?1 AND later.loan_id = gaps.loan_id AND later.currency = gaps.currency
          AND later.day > days.day), 0))`;

/** The number of days of a month, up to its last day, that lack interest of some loan. */
export async function accrualDaysMissing(db: Database, tenant: string, last: Day): Promise<number> {
  const [row] = await queryRows<{ count: number }>(db, { sql: MISSING, params: [tenant, last] });
  return row?.count ?? 0;
}
