import { type SQL, sql } from "drizzle-orm";
import { booksRecord, differs, FINDINGS_MAX, finding, isStanding } from "./finding.ts";

/** Events of one step, and lines of lists of loans that their entries ask for. */
const EVENTS_MAX = 500;
const LINES_MAX = 5_000;

/** The last sequence of the next events; null if they are the last, so that the step ends while events are added. */
export const endOfEvents = (tenant: string, after: number): SQL => sql`
  SELECT iif(count(*) < ${EVENTS_MAX} AND count(*) = SUM(is_of_step), NULL, max(iif(is_of_step, sequence, NULL))) AS end
  FROM (SELECT sequence, sum <= ${LINES_MAX} OR sum = lines AS is_of_step FROM (
    SELECT sequence, lines, SUM(lines) OVER (ORDER BY sequence) AS sum FROM (
      SELECT event.sequence, (SELECT COALESCE(SUM(own.loan_count), 0) FROM journal_entries AS own
        WHERE own.tenant_id = event.tenant_id AND own.sequence = event.sequence) AS lines
      FROM events AS event WHERE event.tenant_id = ${tenant} AND event.sequence > ${after}
      ORDER BY event.sequence LIMIT ${EVENTS_MAX})))`;

interface Range {
  readonly after: number;
  /** Null for all that follow. */
  readonly end: number | null;
}

function isWithin(alias: string, tenant: string, { after, end }: Range): SQL {
  const sequence = sql.raw(`${alias}.sequence`);
  const lower = sql`${sql.raw(alias)}.tenant_id = ${tenant} AND ${sequence} > ${after}`;
  return end === null ? lower : sql`${lower} AND ${sequence} <= ${end}`;
}

/** The entries of the range (`entry`) with their loans (`own.loan_id`). */
const loansOfEntries = (tenant: string, range: Range): SQL => sql`
  journal_entries AS entry CROSS JOIN (SELECT DISTINCT tenant_id, sequence, position, loan_id
    FROM journal_postings AS posting WHERE ${isWithin("posting", tenant, range)} AND loan_id <> '') AS own
  WHERE ${isWithin("entry", tenant, range)} AND own.sequence = entry.sequence AND own.position = entry.position`;

const BOOK = "'loan:' || own.loan_id";
const ID = "entry.journal_entry_id";
const AT_PLACE = "kept.sequence = entry.sequence AND kept.position = entry.position";

/** Lists of loans that lack an entry or have another day or type for it, and entries with another number of loans. */
export const listsOfEntries = (tenant: string, range: Range): SQL => sql`
  SELECT ${finding("loan_entries", { book: BOOK, day: "entry.effective_at", entry: ID, place: "entry.sequence, entry.position" })}
    FROM ${loansOfEntries(tenant, range)} AND NOT EXISTS (SELECT 1 FROM loan_entries AS kept
      WHERE kept.tenant_id = ${tenant} AND kept.loan_id = own.loan_id AND ${sql.raw(AT_PLACE)}
        AND kept.effective_at = entry.effective_at AND kept.event_type = entry.event_type)
  UNION ALL
  SELECT ${finding("journal_entries", { currency: "entry.currency", day: "entry.effective_at", entry: ID })}
    FROM journal_entries AS entry WHERE ${isWithin("entry", tenant, range)}
      AND loan_count <> (SELECT count(DISTINCT own.loan_id) FROM journal_postings AS own
        WHERE own.tenant_id = entry.tenant_id AND own.sequence = entry.sequence AND own.position = entry.position
          AND own.loan_id <> '')
  UNION ALL
  SELECT DISTINCT ${finding("bank_accounts", { book: "'bank:' || entry.bank_account_ref" })}
    FROM journal_entries AS entry WHERE ${isWithin("entry", tenant, range)} AND bank_account_ref IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM bank_accounts AS kept WHERE kept.tenant_id = ${tenant}
        AND kept.bank_account_ref = entry.bank_account_ref)
  LIMIT ${FINDINGS_MAX}`;

/**
 * What corrections took from an accrual (`entry`) of a loan (`first`), in halves. An accrual of which nothing stands is reversed
 * without an entry, so it need not hold.
 */
const correctedOf = (amount: string) => `(SELECT SUM(iif(moved.debit = '1200', -1, 1) * (${amount}))
  FROM loan_entries AS listed CROSS JOIN journal_entries AS part CROSS JOIN journal_postings AS moved
  WHERE listed.tenant_id = first.tenant_id AND listed.loan_id = first.loan_id AND listed.event_type = 'accrual_corrected'
    AND part.tenant_id = listed.tenant_id AND part.sequence = listed.sequence AND part.position = listed.position
    AND part.correlation_id = entry.correlation_id
    AND moved.tenant_id = part.tenant_id AND moved.sequence = part.sequence AND moved.position = part.position
    AND moved.loan_id = first.loan_id)`;
const CORRECTED = {
  hi: correctedOf("moved.amount_minor / 1000000000"),
  lo: correctedOf("moved.amount_minor % 1000000000"),
};

/** What holds while an entry stands (domain/ledger/marks.ts), where it is missing. */
export const marksOfEntries = (tenant: string, range: Range): SQL => sql`
  SELECT ${finding("accruals", { book: BOOK, day: "entry.value_date" })}
    FROM ${loansOfEntries(tenant, range)} AND entry.event_type = 'accrual' AND ${isStanding("entry")}
      AND NOT EXISTS (SELECT 1 FROM accruals AS kept WHERE kept.tenant_id = ${tenant}
        AND kept.loan_id = own.loan_id AND kept.accrual_date = entry.value_date AND ${sql.raw(AT_PLACE)})
      AND EXISTS (SELECT 1 FROM journal_postings AS first WHERE first.tenant_id = entry.tenant_id
        AND first.sequence = entry.sequence AND first.position = entry.position
        AND ${sql.raw(differs("first.amount_minor", CORRECTED.hi, CORRECTED.lo))})
  UNION ALL
  SELECT ${finding("settlements", { entry: "entry.settles_entry_id" })}
    FROM journal_entries AS entry WHERE ${isWithin("entry", tenant, range)}
      AND entry.event_type = 'disbursement_settled' AND entry.settles_entry_id IS NOT NULL AND ${isStanding("entry")}
      AND NOT EXISTS (SELECT 1 FROM settlements AS kept WHERE kept.tenant_id = ${tenant}
        AND kept.disbursement_entry_id = entry.settles_entry_id AND ${sql.raw(AT_PLACE)})
  UNION ALL
  SELECT ${finding("loan_losses", { book: BOOK, entry: ID })}
    FROM ${loansOfEntries(tenant, range)} AND ${isStanding("entry")}
      AND (entry.event_type = 'chargeoff' OR (entry.event_type IN ('payment_received', 'payment_allocated', 'recovery') AND EXISTS (
        SELECT 1 FROM journal_postings AS moved WHERE moved.tenant_id = entry.tenant_id
          AND moved.sequence = entry.sequence AND moved.position = entry.position
          AND moved.loan_id = own.loan_id AND moved.credit = '4300')))
      AND NOT EXISTS (SELECT 1 FROM loan_losses AS kept WHERE kept.tenant_id = ${tenant}
        AND kept.loan_id = own.loan_id AND ${sql.raw(AT_PLACE)})
  LIMIT ${FINDINGS_MAX}`;

/** Entries of records that stand, and are the entry of no part of their record. */
export const partsOfEntries = (tenant: string, range: Range): SQL => sql`
  SELECT ${finding("booked_parts", { book: BOOK, entry: ID })}
    FROM ${loansOfEntries(tenant, range)} AND entry.event_type NOT IN ('reversal', 'disbursement_settled')
      AND ${isStanding("entry")}
      AND EXISTS (SELECT 1 FROM events AS event WHERE event.tenant_id = ${tenant}
        AND event.sequence = entry.sequence AND ${booksRecord("event")}
        AND NOT EXISTS (SELECT 1 FROM booked_parts AS kept WHERE kept.tenant_id = ${tenant}
          AND kept.category = iif(event.step = 'opening', event.answer ->> 'category', event.category)
          AND kept.record_id = iif(event.step = 'opening', event.answer ->> 'id', event.record_id)
          AND ${sql.raw(AT_PLACE)}))
  LIMIT ${FINDINGS_MAX}`;

/** What events say that post nothing, where no row holds it: a later event of the same thing replaces it. */
export const rowsOfEvents = (tenant: string, range: Range): SQL => sql`
  SELECT ${finding("account_names", { accounts: "(answer ->> 'account_code') || ' '" })}
    FROM events AS event WHERE ${isWithin("event", tenant, range)}
      AND event.category = 'ledger' AND event.step = 'account_named'
      AND NOT EXISTS (SELECT 1 FROM account_names AS kept WHERE kept.tenant_id = ${tenant}
        AND kept.account_code = event.answer ->> 'account_code' AND kept.sequence >= event.sequence)
  UNION ALL
  SELECT ${finding("closings", { entry: "event.event_id" })}
    FROM events AS event WHERE ${isWithin("event", tenant, range)}
      AND event.category = 'ledger' AND event.step IN ('closed', 'reopened')
      AND NOT EXISTS (SELECT 1 FROM closings AS kept WHERE kept.tenant_id = ${tenant}
        AND kept.sequence = event.sequence)
  UNION ALL
  SELECT ${finding("bank_balances", {
    book: "'bank:' || (answer ->> 'bank_account_ref')",
    currency: "answer ->> 'currency'",
    day: "answer ->> 'as_of_date'",
  })} FROM events AS event WHERE ${isWithin("event", tenant, range)}
      AND event.category = 'ledger' AND event.step = 'bank_balance'
      AND NOT EXISTS (SELECT 1 FROM bank_balances AS kept WHERE kept.tenant_id = ${tenant}
        AND kept.bank_account_ref = event.answer ->> 'bank_account_ref'
        AND kept.currency = event.answer ->> 'currency' AND kept.as_of_date = event.answer ->> 'as_of_date'
        AND kept.sequence >= event.sequence)
  LIMIT ${FINDINGS_MAX}`;
