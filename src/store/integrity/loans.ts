import { type SQL, sql } from "drizzle-orm";
import { ACCOUNTS, type AccountCode } from "../../domain/ledger/accounts.ts";
import { LOAN_PART_NAMES, LOAN_PARTS, type LoanPart } from "../../domain/ledger/loan-book.ts";
import { differs, FINDINGS_MAX, finding, halves } from "./finding.ts";

/** Entries of the loans of one step, unless one loan has more. */
const ENTRIES_MAX = 5_000;
/** Text after every id. */
const END = "\u{10ffff}";

/** Every table that names loans: one that lacks a loan hides it from no step. */
const TABLES = [
  "ledger_loans",
  "loan_entries",
  "loan_balances",
  "loan_days",
  "accruals",
  "loan_losses",
  "booked_loans",
];

const nextLoan = (tenant: string, after: SQL): SQL => {
  const firsts = TABLES.map(
    (table) =>
      sql`COALESCE((SELECT min(loan_id) FROM ${sql.raw(table)} WHERE tenant_id = ${tenant} AND loan_id > ${after}), ${END})`,
  );
  return sql`NULLIF(min(${sql.join(firsts, sql`, `)}), ${END})`;
};

/**
 * The next loans by id, as a query of `loan_id` and `place`: at most `count`, and fewer where they have many entries. A
 * last row without a loan says that no loan follows.
 */
export const nextLoans = (tenant: string, after: string, count: number): SQL => sql`(
  WITH RECURSIVE page (loan_id, before, place) AS (
    SELECT ${nextLoan(tenant, sql`${after}`)}, 0, 1
    UNION ALL
    SELECT ${nextLoan(tenant, sql`page.loan_id`)}, before + (SELECT count(*) FROM loan_entries AS counted
      WHERE counted.tenant_id = ${tenant} AND counted.loan_id = page.loan_id), place + 1
    FROM page WHERE page.loan_id IS NOT NULL AND place <= ${count} AND before < ${ENTRIES_MAX}
  ) SELECT loan_id, place FROM page WHERE loan_id IS NULL OR place <= ${count})`;

/**
 * The loans and their entries, for the queries below. An entry that the walk along the log misses in the list of a loan
 * counts: so a missing row of the list is one finding, and does not spoil the sums.
 */
export const listedOf = (tenant: string, loans: SQL): SQL => sql`
  listed AS MATERIALIZED (SELECT loan_id FROM ${loans} AS page WHERE loan_id IS NOT NULL),
  entries AS MATERIALIZED (
    SELECT loan_id, sequence, position FROM loan_entries
    WHERE tenant_id = ${tenant} AND loan_id IN (SELECT loan_id FROM listed)
    UNION
    SELECT substr(book, 6), entry_sequence, entry_position FROM integrity_findings
    WHERE tenant_id = ${tenant} AND found_by = 'log' AND figure_table = 'loan_entries'
      AND book IN (SELECT 'loan:' || loan_id FROM listed))`;

/** What a posting adds to an account on its normal side: 1, 0 or -1 times its amount. */
const factorOf = (account: AccountCode): string =>
  ACCOUNTS[account].normal === "DR"
    ? `(debit = '${account}') - (credit = '${account}')`
    : `(credit = '${account}') - (debit = '${account}')`;

/** What a posting adds to a part of a loan. The loss is 5100 less 4300. */
const factorOfPart = (part: LoanPart): string =>
  part === "loss" ? `${factorOf(LOAN_PARTS.loss)} - (${factorOf("4300")})` : factorOf(LOAN_PARTS[part]);

const SUMS = sql.raw(
  LOAN_PART_NAMES.map((part) => halves(factorOfPart(part), "amount_minor", part)).join(", "),
);
const SUMS_OF_DAYS = sql.raw(
  LOAN_PART_NAMES.flatMap((part) => ["hi", "lo"].map((half) => `${part}_${half}`))
    .map((name) => `SUM(${name}) AS ${name}`)
    .join(", "),
);
/** The accounts of the parts that differ. */
const ACCOUNTS_OF = LOAN_PART_NAMES.map(
  (part) =>
    `iif(${differs(`kept.${part}_minor`, `own.${part}_hi`, `own.${part}_lo`)}, '${LOAN_PARTS[part]} ', '')`,
).join(" || ");

/**
 * The balances and the days of the loans, against the sums of their postings, and the remainder of their interest against
 * their accruals; it says nothing where the walk along the log misses one of these.
 */
export function sumsOfLoans(tenant: string, loans: SQL): SQL {
  const kept = (table: string) => sql`(SELECT * FROM ${sql.raw(table)}
    WHERE tenant_id = ${tenant} AND loan_id IN (SELECT loan_id FROM listed)) AS kept`;
  const columns = (day: string) =>
    sql.raw(`COALESCE(kept.loan_id, own.loan_id) AS loan_id, COALESCE(kept.currency, own.currency) AS currency, ${day} AS day,
      kept.loan_id IS NULL OR own.loan_id IS NULL AS is_alone, ${ACCOUNTS_OF} AS accounts`);
  const isSame = "own.loan_id = kept.loan_id AND own.currency = kept.currency";
  return sql`WITH ${listedOf(tenant, loans)}, own_days AS MATERIALIZED (
      SELECT entries.loan_id, head.currency, head.effective_at AS day, ${SUMS}
      FROM entries CROSS JOIN journal_entries AS head CROSS JOIN journal_postings AS moved
      WHERE head.tenant_id = ${tenant} AND head.sequence = entries.sequence AND head.position = entries.position
        AND moved.tenant_id = ${tenant} AND moved.sequence = entries.sequence
        AND moved.position = entries.position AND moved.loan_id = entries.loan_id
      GROUP BY entries.loan_id, head.currency, head.effective_at
    ), own_sums AS MATERIALIZED (
      SELECT loan_id, currency, ${SUMS_OF_DAYS} FROM own_days GROUP BY loan_id, currency
    ), by_day AS (
      SELECT ${columns("COALESCE(kept.day, own.day)")} FROM ${kept("loan_days")} FULL JOIN own_days AS own
        ON ${sql.raw(`${isSame} AND own.day = kept.day`)}
    ), in_all AS (
      SELECT ${columns("''")} FROM ${kept("loan_balances")} FULL JOIN own_sums AS own ON ${sql.raw(isSame)}
    )
    SELECT ${finding("loan_days", { ...OF_LOAN, day: "day" })} FROM by_day WHERE is_alone OR accounts <> ''
    UNION ALL
    SELECT ${finding("loan_balances", OF_LOAN)} FROM in_all WHERE is_alone OR accounts <> ''
    UNION ALL
    SELECT ${finding("loan_balances", { ...OF_LOAN, accounts: "'1200 '" })} FROM loan_balances AS kept
      WHERE tenant_id = ${tenant} AND loan_id IN (SELECT loan_id FROM listed)
        AND interest_remainder <> (SELECT total(remainder - carried) FROM accruals AS own
          WHERE own.tenant_id = ${tenant} AND own.loan_id = kept.loan_id)
        AND NOT EXISTS (SELECT 1 FROM integrity_findings WHERE tenant_id = ${tenant} AND found_by = 'log'
          AND figure_table = 'accruals' AND book = 'loan:' || kept.loan_id)
    LIMIT ${FINDINGS_MAX}`;
}

const OF_LOAN = { book: "'loan:' || loan_id", accounts: "accounts", currency: "currency" };
