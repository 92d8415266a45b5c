import { type SQL, sql } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import { MANY_LOANS } from "../../domain/ledger/postings/accrual.ts";
import type { LedgerNeeds } from "../../domain/ledger/state.ts";

const firstOpenDay = (tenant: string): SQL =>
  sql`COALESCE((SELECT date(closed_through, '+1 day') FROM closings
    WHERE tenant_id = ${tenant} ORDER BY sequence DESC LIMIT 1), '')`;

/**
 * The loans whose books are needed, by name, through an entry that touches few, or for a correction of an accrual, and the
 * earliest day that the commands need of each. Drizzle takes it as a table with the name `wanted`.
 */
export function wantedLoans(
  tenant: string,
  { loans, entries, corrections }: Pick<LedgerNeeds, "loans" | "entries" | "corrections">,
): SQL {
  const places = [...entries].map(([id, day]) => [sequenceOf(id), day]);
  const corrected = [...corrections].map(([id, loan_id]) => [sequenceOf(id), loan_id]);
  return sql`(
    SELECT loan_id, min(from_day) AS from_day FROM (
      SELECT value ->> 0 AS loan_id, value ->> 1 AS from_day FROM json_each(${JSON.stringify([...loans])})
      UNION ALL
      ${loansOfEntries(tenant, places, sql`listed.value ->> 1`, sql`<= ${MANY_LOANS}`)}
      UNION ALL
      SELECT listed.value ->> 1, head.value_date FROM json_each(${JSON.stringify(corrected)}) AS listed
        CROSS JOIN journal_entries AS head
      WHERE head.tenant_id = ${tenant} AND head.sequence = listed.value ->> 0
    ) GROUP BY loan_id) AS wanted`;
}

/**
 * The loans of a command that touches many, each with the day on which the command takes effect. The day of a reversal is
 * the requested one, or else the one that `reversalDay` in the domain decides, as far as it is known here: today is that of
 * the time zone that the gate remembers.
 */
export function wantedOfMany(tenant: string, { manyLoans, reversals }: LedgerNeeds): SQL {
  const places = [...reversals].map(([id, { asked, today }]) => [sequenceOf(id), asked, today]);
  const named = [...manyLoans].map(([loan_id, { day, isLate }]) => [loan_id, day, isLate ? 1 : 0]);
  const firstOpen = firstOpenDay(tenant);
  const day = sql`COALESCE(listed.value ->> 1, max(listed.value ->> 2, head.effective_at, ${firstOpen}))`;
  return sql`(
    SELECT value ->> 0 AS loan_id,
      CASE WHEN value ->> 2 THEN max(value ->> 1, ${firstOpen}) ELSE value ->> 1 END AS from_day
    FROM json_each(${JSON.stringify(named)})
    UNION
    ${loansOfEntries(tenant, places, day, sql`> ${MANY_LOANS}`)}) AS wanted`;
}

/** The loans of the entries at some places: `listed` has a row for each place, which begins with its sequence. */
const loansOfEntries = (tenant: string, places: readonly unknown[], day: SQL, loanCount: SQL): SQL => sql`
  SELECT own.loan_id, ${day} FROM json_each(${JSON.stringify(places)}) AS listed
    CROSS JOIN journal_entries AS head CROSS JOIN journal_postings AS own
  WHERE head.tenant_id = ${tenant} AND head.sequence = listed.value ->> 0 AND head.loan_count ${loanCount}
    AND own.tenant_id = head.tenant_id AND own.sequence = head.sequence AND own.position = head.position
    AND own.loan_id <> ''`;
