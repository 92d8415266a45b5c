import { type SQL, sql } from "drizzle-orm";
import { booksRecord, differs, FINDINGS_MAX, finding, halves, isStanding } from "./finding.ts";
import { listedOf } from "./loans.ts";

/** The id of the entry at a row's place, or the place where there is no entry. */
const ENTRY = `COALESCE((SELECT named.journal_entry_id FROM journal_entries AS named WHERE named.tenant_id = kept.tenant_id
  AND named.sequence = kept.sequence AND named.position = kept.position), kept.sequence || '.' || kept.position)`;
const BOOK = "'loan:' || kept.loan_id";

/** True where a row (`kept`) names the place of an entry (`entry`) of its loan. */
const IS_OF_LOAN = `entry.tenant_id = kept.tenant_id AND entry.sequence = kept.sequence
  AND entry.position = kept.position AND EXISTS (SELECT 1 FROM journal_postings AS own
    WHERE own.tenant_id = entry.tenant_id AND own.sequence = entry.sequence AND own.position = entry.position
      AND own.loan_id = kept.loan_id)`;

/**
 * Rows of the loans that no entry asks for: of their lists of entries, their days with interest, their losses. The walk along
 * the log finds the rows that are missing.
 */
export function factsOfLoans(tenant: string, loans: SQL): SQL {
  const kept = (table: string) => sql`${sql.raw(table)} AS kept
    WHERE kept.tenant_id = ${tenant} AND kept.loan_id IN (SELECT loan_id FROM listed)`;
  const has = (condition: string) =>
    sql`NOT EXISTS (SELECT 1 FROM journal_entries AS entry WHERE ${sql.raw(`${IS_OF_LOAN} AND ${condition}`)})`;
  return sql`WITH listed AS MATERIALIZED (SELECT loan_id FROM ${loans} AS page WHERE loan_id IS NOT NULL)
    SELECT ${finding("loan_entries", { book: BOOK, day: "kept.effective_at", entry: ENTRY })}
      FROM ${kept("loan_entries")} AND ${has("true")}
    UNION ALL
    SELECT ${finding("accruals", { book: BOOK, day: "kept.accrual_date" })} FROM ${kept("accruals")}
      AND ${has(`entry.event_type = 'accrual' AND entry.value_date = kept.accrual_date AND ${IS_STANDING_INTEREST}`)}
    UNION ALL
    SELECT ${finding("accruals", { book: BOOK, day: "kept.accrual_date" })} FROM ${kept("accruals")}
      AND NOT ${isStanding("kept")}
    UNION ALL
    SELECT ${finding("loan_losses", { book: BOOK, entry: ENTRY })} FROM ${kept("loan_losses")}
      AND (${has(IS_LOSS)} OR NOT ${isStanding("kept")})
    LIMIT ${FINDINGS_MAX}`;
}

/** True where a row of `accruals` (`kept`) says what its accrual (`entry`) and the corrections of it amount to, and their last day. */
const IS_STANDING_INTEREST = `EXISTS (
  SELECT 1 FROM (SELECT ${halves("iif(moved.debit = '1200', 1, -1)", "moved.amount_minor", "sum")},
      max(part.effective_at) AS last_day
    FROM loan_entries AS listed CROSS JOIN journal_entries AS part CROSS JOIN journal_postings AS moved
    WHERE listed.tenant_id = kept.tenant_id AND listed.loan_id = kept.loan_id
      AND (listed.sequence, listed.position) >= (entry.sequence, entry.position)
      AND part.tenant_id = listed.tenant_id AND part.sequence = listed.sequence AND part.position = listed.position
      AND part.correlation_id = entry.correlation_id AND part.event_type IN ('accrual', 'accrual_corrected')
      AND moved.tenant_id = part.tenant_id AND moved.sequence = part.sequence AND moved.position = part.position
      AND moved.loan_id = kept.loan_id) AS own
  WHERE NOT ${differs("kept.interest_minor", "own.sum_hi", "own.sum_lo")} AND own.last_day = kept.last_day)`;

/** True where a row of `loan_losses` (`kept`) says what its entry does. */
const IS_LOSS = `entry.effective_at = kept.effective_at AND kept.event_type = iif(entry.event_type = 'chargeoff',
  'chargeoff', iif(entry.event_type IN ('payment_received', 'payment_allocated', 'recovery')
    AND EXISTS (SELECT 1 FROM journal_postings AS own WHERE own.tenant_id = entry.tenant_id
      AND own.sequence = entry.sequence AND own.position = entry.position AND own.loan_id = kept.loan_id
      AND own.credit = '4300'), 'recovery', ''))`;

/** True for a line of a loan's list (`entries`) whose entry has a posting of the loan. */
const hasPosting = (tenant: string): SQL => sql`EXISTS (SELECT 1 FROM journal_postings AS moved
  WHERE moved.tenant_id = ${tenant} AND moved.sequence = entries.sequence AND moved.position = entries.position
    AND moved.loan_id = entries.loan_id)`;

/** The loans as their first entries open them, and those of records with exactly one disbursement each. */
export function openingsOfLoans(tenant: string, loans: SQL): SQL {
  return sql`WITH ${listedOf(tenant, loans)}, first AS (
      SELECT loan_id, sequence, position FROM (
        SELECT *, row_number() OVER (PARTITION BY loan_id ORDER BY sequence, position) AS number FROM entries
        WHERE ${hasPosting(tenant)})
      WHERE number = 1
    ), own AS MATERIALIZED (
      SELECT first.loan_id, head.currency, ${booksRecord("event")} AS follows_records,
        (SELECT min(moved.borrower_id) FROM journal_postings AS moved WHERE moved.tenant_id = ${tenant}
          AND moved.sequence = first.sequence AND moved.position = first.position
          AND moved.loan_id = first.loan_id) AS borrower_id
      FROM first CROSS JOIN journal_entries AS head CROSS JOIN events AS event
      WHERE head.tenant_id = ${tenant} AND head.sequence = first.sequence AND head.position = first.position
        AND event.tenant_id = ${tenant} AND event.sequence = first.sequence
    ), kept AS MATERIALIZED (
      SELECT * FROM ledger_loans WHERE tenant_id = ${tenant} AND loan_id IN (SELECT loan_id FROM listed)
    ), booked AS MATERIALIZED (
      SELECT loan_id, count(*) AS count, max(follows_records) AS follows_records FROM booked_loans
      WHERE tenant_id = ${tenant} AND loan_id IN (SELECT loan_id FROM listed) GROUP BY loan_id
    ), opened AS (
      SELECT COALESCE(kept.loan_id, own.loan_id) AS loan_id, COALESCE(own.currency, kept.currency) AS currency,
        kept.borrower_id IS NOT own.borrower_id OR kept.currency IS NOT own.currency
          OR kept.follows_records IS NOT own.follows_records AS is_other
      FROM kept FULL JOIN own ON own.loan_id = kept.loan_id
    ), named AS (
      SELECT COALESCE(booked.loan_id, own.loan_id) AS loan_id, own.loan_id IS NULL
        OR iif(booked.loan_id IS NULL, own.follows_records = 1,
          booked.count <> 1 OR booked.follows_records <> own.follows_records) AS is_other
      FROM booked FULL JOIN own ON own.loan_id = booked.loan_id
    )
    SELECT ${finding("ledger_loans", { book: "'loan:' || loan_id", currency: "currency" })} FROM opened WHERE is_other
    UNION ALL
    SELECT ${finding("booked_loans", { book: "'loan:' || loan_id" })} FROM named WHERE is_other
    LIMIT ${FINDINGS_MAX}`;
}

/** The account of a balance that a loan keeps: a loss is what 5100 holds less what 4300 holds. */
const ACCOUNT = "replace(iif(side.value = 'DR', moved.debit, moved.credit), '4300', '5100')";
const KEY = `head.currency || ' ' || ${ACCOUNT} || ' ' || side.value`;

/** The gross sums of the loans of records, against the postings of the entries that stand. */
export function grossOfLoans(tenant: string, loans: SQL): SQL {
  return sql`WITH ${listedOf(tenant, loans)}, own AS MATERIALIZED (
      SELECT entries.loan_id, ${sql.raw(KEY)} AS key, ${sql.raw(halves("1", "moved.amount_minor", "sum"))}
      FROM entries CROSS JOIN journal_entries AS head CROSS JOIN events AS event
        CROSS JOIN journal_postings AS moved CROSS JOIN json_each('["DR","CR"]') AS side
      WHERE head.tenant_id = ${tenant} AND head.sequence = entries.sequence AND head.position = entries.position
        AND event.tenant_id = ${tenant} AND event.sequence = entries.sequence AND ${booksRecord("event")}
        AND head.event_type NOT IN ('reversal', 'disbursement_settled') AND ${isStanding("head")}
        AND moved.tenant_id = ${tenant} AND moved.sequence = entries.sequence
        AND moved.position = entries.position AND moved.loan_id = entries.loan_id
        AND ${sql.raw(ACCOUNT)} IN ('1100', '1400', '2100', '5100')
      GROUP BY entries.loan_id, ${sql.raw(KEY)}
    ), kept AS MATERIALIZED (
      SELECT loan_id, gross.key, CAST(gross.value AS INTEGER) AS value FROM booked_loans, json_each(gross) AS gross
      WHERE tenant_id = ${tenant} AND loan_id IN (SELECT loan_id FROM listed)
    )
    SELECT ${finding("booked_loans", {
      book: "'loan:' || loan_id",
      accounts: "substr(key, 5, 4) || ' '",
      currency: "substr(key, 1, 3)",
    })} FROM (
      SELECT DISTINCT COALESCE(kept.loan_id, own.loan_id) AS loan_id, COALESCE(kept.key, own.key) AS key
      FROM kept FULL JOIN own ON own.loan_id = kept.loan_id AND own.key = kept.key
      WHERE ${sql.raw(differs("kept.value", "own.sum_hi", "own.sum_lo"))}
        AND EXISTS (SELECT 1 FROM booked_loans AS booked WHERE booked.tenant_id = ${tenant}
          AND booked.loan_id = COALESCE(kept.loan_id, own.loan_id)))
    LIMIT ${FINDINGS_MAX}`;
}

/** The disbursement of each loan of records: the loan's id is made of it (domain/core/uuid.ts). */
export const disbursementsOfLoans = (tenant: string, loans: SQL): SQL => sql`
  SELECT json_array(loan_id, disbursement_id) AS row FROM booked_loans WHERE tenant_id = ${tenant}
    AND loan_id IN (SELECT loan_id FROM ${loans} AS page)`;
