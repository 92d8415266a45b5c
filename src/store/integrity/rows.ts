import { type SQL, sql } from "drizzle-orm";
import { RECORDS_BANK } from "../../domain/bookkeeping/entries.ts";
import type { FigurePlace } from "../../domain/figure-walk.ts";
import { booksRecord, FINDINGS_MAX, finding, isBetween, isStanding } from "./finding.ts";

/** Rows of one step. */
const ROWS_MAX = 500;

type Key = FigurePlace["after"];

/** A table that is compared row by row, in the order of its key. */
export interface KeyedTable {
  readonly table: string;
  readonly key: readonly string[];
  readonly findings: (tenant: string, isWithin: SQL) => SQL;
}

/** The last key of the next rows; null if none follow them. */
export const endOfRows = ({ table, key }: KeyedTable, tenant: string, after: Key): SQL =>
  sql`SELECT json_array(${sql.raw(key.join(", "))}) AS end FROM ${sql.raw(table)} AS kept
    WHERE kept.tenant_id = ${tenant} AND ${isBetween(key, after, null)}
    ORDER BY ${sql.raw(key.join(", "))} LIMIT 1 OFFSET ${ROWS_MAX - 1}`;

export const findingsOfRows = (
  { key, findings }: KeyedTable,
  tenant: string,
  range: { readonly after: Key; readonly end: Key | null },
): SQL => findings(tenant, isBetween(key, range.after, range.end));

const AT_PLACE =
  "entry.tenant_id = kept.tenant_id AND entry.sequence = kept.sequence AND entry.position = kept.position";

/** Settlements that no standing entry asks for. */
export const SETTLEMENTS: KeyedTable = {
  table: "settlements",
  key: ["kept.disbursement_entry_id"],
  findings: (tenant, isWithin) => sql`
    SELECT ${finding("settlements", { entry: "kept.disbursement_entry_id" })} FROM settlements AS kept
    WHERE kept.tenant_id = ${tenant} AND ${isWithin} AND NOT EXISTS (SELECT 1 FROM journal_entries AS entry
      WHERE ${sql.raw(AT_PLACE)} AND entry.event_type = 'disbursement_settled'
        AND entry.settles_entry_id = kept.disbursement_entry_id AND ${isStanding("entry")})
    LIMIT ${FINDINGS_MAX}`,
};

/** The moves of an entry as a booked part holds them. */
const MOVES = `(SELECT '[' || group_concat(json_array(moved.debit, moved.credit, CAST(moved.amount_minor AS TEXT)), ','
    ORDER BY moved.line) || ']' FROM journal_postings AS moved WHERE moved.tenant_id = entry.tenant_id
  AND moved.sequence = entry.sequence AND moved.position = entry.position)`;

/** Booked parts that are not what their entries say, or whose entry is reversed or of another record. */
export const PARTS: KeyedTable = {
  table: "booked_parts",
  key: ["kept.category", "kept.record_id", "kept.name"],
  findings: (tenant, isWithin) => sql`
    SELECT ${finding("booked_parts", { book: "'loan:' || kept.loan_id", entry: "kept.journal_entry_id" })}
    FROM booked_parts AS kept WHERE kept.tenant_id = ${tenant} AND ${isWithin}
      AND NOT EXISTS (SELECT 1 FROM journal_entries AS entry CROSS JOIN events AS event
        WHERE ${sql.raw(AT_PLACE)} AND entry.journal_entry_id = kept.journal_entry_id
          AND entry.currency = kept.currency AND entry.value_date = kept.day
          AND entry.effective_at = kept.effective_at AND entry.correlation_id = kept.correlation_id
          AND (entry.external_ref IS NULL OR entry.external_ref = kept.disbursement_id)
          AND ${isStanding("entry")} AND entry.event_type NOT IN ('reversal', 'disbursement_settled')
          AND event.tenant_id = entry.tenant_id AND event.sequence = entry.sequence AND ${booksRecord("event")}
          AND kept.category = iif(event.step = 'opening', event.answer ->> 'category', event.category)
          AND kept.record_id = iif(event.step = 'opening', event.answer ->> 'id', event.record_id)
          AND ${sql.raw(IS_NAMED)} AND ${sql.raw(MOVES)} = kept.moves
          AND NOT EXISTS (SELECT 1 FROM journal_postings AS own WHERE own.tenant_id = entry.tenant_id
            AND own.sequence = entry.sequence AND own.position = entry.position
            AND (own.loan_id, own.borrower_id) IS NOT (kept.loan_id, kept.borrower_id)))
    LIMIT ${FINDINGS_MAX}`,
};

/** The name of a part (domain/bookkeeping/rules.ts). */
const IS_NAMED = `(CASE WHEN kept.category = 'payment' THEN kept.name = 'receipt'
  WHEN entry.event_type = 'disbursement' THEN kept.name = 'origination'
  ELSE EXISTS (SELECT 1 FROM disbursement_terms AS terms WHERE terms.tenant_id = kept.tenant_id
    AND terms.disbursement_id = kept.record_id AND kept.name = 'change:' || terms.sequence) END)`;

/** Balances of banks that are not what their events say. */
export const BANK_BALANCES: KeyedTable = {
  table: "bank_balances",
  key: ["kept.bank_account_ref", "kept.currency", "kept.as_of_date"],
  findings: (tenant, isWithin) => sql`
    SELECT ${finding("bank_balances", {
      book: "'bank:' || kept.bank_account_ref",
      currency: "kept.currency",
      day: "kept.as_of_date",
    })} FROM bank_balances AS kept WHERE kept.tenant_id = ${tenant} AND ${isWithin}
      AND NOT EXISTS (SELECT 1 FROM events AS event WHERE event.tenant_id = kept.tenant_id
        AND event.sequence = kept.sequence AND event.category = 'ledger' AND event.step = 'bank_balance'
        AND event.answer ->> 'bank_account_ref' = kept.bank_account_ref
        AND event.answer ->> 'currency' = kept.currency AND event.answer ->> 'as_of_date' = kept.as_of_date
        AND event.answer ->> 'closing_balance_minor' = CAST(kept.closing_balance_minor AS TEXT)
        AND event.created_at = kept.recorded_at)
    LIMIT ${FINDINGS_MAX}`,
};

/** The few rows of a tenant that are compared at once: names of accounts, bank accounts, closings. */
export const settingFindings = (tenant: string): SQL => sql`
  SELECT ${finding("account_names", { accounts: "kept.account_code || ' '" })} FROM account_names AS kept
    WHERE kept.tenant_id = ${tenant} AND NOT EXISTS (SELECT 1 FROM events AS event
      WHERE event.tenant_id = kept.tenant_id AND event.sequence = kept.sequence
        AND event.category = 'ledger' AND event.step = 'account_named'
        AND event.answer ->> 'account_code' = kept.account_code
        AND (event.answer ->> 'name', event.answer ->> 'external_code', event.answer ->> 'external_name')
          IS (kept.name, kept.external_code, kept.external_name))
  UNION ALL
  SELECT ${finding("closings", {
    entry: `COALESCE((SELECT event_id FROM events WHERE tenant_id = kept.tenant_id AND sequence = kept.sequence),
      CAST(kept.sequence AS TEXT))`,
  })} FROM closings AS kept
    WHERE kept.tenant_id = ${tenant} AND NOT EXISTS (SELECT 1 FROM events AS event
      WHERE event.tenant_id = kept.tenant_id AND event.sequence = kept.sequence
        AND event.category = 'ledger' AND event.step IN ('closed', 'reopened')
        AND (event.data ->> '$.data.closed_through', event.data ->> '$.data.trial_balance_hash',
            event.data ->> '$.data.note', event.actor, event.created_at)
          IS (kept.closed_through, kept.trial_balance_hash, kept.note, kept.actor, kept.closed_at))
  UNION ALL
  SELECT ${finding("bank_accounts", { book: "'bank:' || kept.bank_account_ref" })} FROM bank_accounts AS kept
    WHERE kept.tenant_id = ${tenant} AND (kept.number > (SELECT count(*) FROM bank_accounts AS every
        WHERE every.tenant_id = kept.tenant_id)
      OR NOT (EXISTS (SELECT 1 FROM ledger_totals AS total WHERE total.tenant_id = kept.tenant_id
          AND total.book = 'bank:' || kept.bank_account_ref)
        OR EXISTS (SELECT 1 FROM ledger_days AS day WHERE day.tenant_id = kept.tenant_id
          AND day.book = 'bank:' || kept.bank_account_ref)
        OR EXISTS (SELECT 1 FROM bank_balances AS stated WHERE stated.tenant_id = kept.tenant_id
          AND stated.bank_account_ref = kept.bank_account_ref)
        OR kept.bank_account_ref = ${RECORDS_BANK}))
  LIMIT ${FINDINGS_MAX}`;
