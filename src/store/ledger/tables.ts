import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { AccountCode, Layer } from "../../domain/ledger/accounts.ts";
import type { EntryType } from "../../domain/ledger/journal.ts";
import { int64, tenant } from "../d1/columns.ts";
import { account, partColumns, place, total } from "./columns.ts";

/**
 * The journal. Append-only: triggers in the migration refuse DELETE and every UPDATE but an erasure's, of texts
 * (docs/api.md#ledger).
 */
export const journalEntries = sqliteTable(
  "journal_entries",
  {
    ...tenant,
    ...place,
    journal_entry_id: text().notNull(),
    event_type: text().$type<EntryType>().notNull(),
    currency: text().notNull(),
    layer: text().$type<Layer>().notNull(),
    effective_at: text().notNull(),
    value_date: text().notNull(),
    posted_at: integer().notNull(),
    correlation_id: text().notNull(),
    reverses_entry_id: text(),
    reverses_sequence: integer(),
    reverses_position: integer(),
    settles_entry_id: text(),
    /** The number of loans that the entry touches: an entry of many loans is loaded in another way. */
    loan_count: integer().notNull(),
    bank_account_ref: text(),
    external_ref: text(),
    description: text(),
    actor: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence, t.position] }),
    uniqueIndex("an_entry_is_reversed_once")
      .on(t.tenant_id, t.reverses_sequence, t.reverses_position)
      .where(sql`reverses_sequence IS NOT NULL`),
    index("late_entries")
      .on(t.tenant_id, t.value_date, t.sequence, t.position)
      .where(sql`value_date <> effective_at`),
    index("journal_entries_by_day").on(t.tenant_id, t.effective_at, t.sequence, t.position),
    check(
      "a_reversal_names_its_entry",
      sql`(event_type = 'reversal') = (reverses_sequence IS NOT NULL) AND (reverses_sequence IS NULL) = (reverses_position IS NULL) AND (reverses_sequence IS NULL) = (reverses_entry_id IS NULL)`,
    ),
  ],
);

/**
 * Each row debits one account and credits another with one amount: an unbalanced entry cannot be stored. `loan_id` is
 * empty if the posting belongs to no loan. It is in the key so that one loan's share of a large entry is found without
 * the others'. `line` numbers the entry's postings.
 */
export const journalPostings = sqliteTable(
  "journal_postings",
  {
    ...tenant,
    ...place,
    loan_id: text().notNull(),
    line: integer().notNull(),
    borrower_id: text(),
    debit: text().$type<AccountCode>().notNull(),
    credit: text().$type<AccountCode>().notNull(),
    amount_minor: int64().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence, t.position, t.loan_id, t.line] }),
    check("an_amount_moves_between_two_accounts", sql`debit <> credit AND amount_minor >= 0`),
    check("a_loan_has_a_borrower", sql`(loan_id = '') = (borrower_id IS NULL)`),
  ],
);

/** The entries of each loan, in the order of posting and in the order of their days. */
export const loanEntries = sqliteTable(
  "loan_entries",
  {
    ...tenant,
    loan_id: text().notNull(),
    ...place,
    effective_at: text().notNull(),
    event_type: text().$type<EntryType>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.loan_id, t.sequence, t.position] }),
    index("loan_entries_by_day").on(t.tenant_id, t.loan_id, t.effective_at, t.sequence, t.position),
  ],
);

/** One borrower and one currency for the life of a loan. A loan that follows its records has its first ones here. */
export const ledgerLoans = sqliteTable(
  "ledger_loans",
  {
    ...tenant,
    loan_id: text().notNull(),
    borrower_id: text().notNull(),
    currency: text().notNull(),
    follows_records: integer({ mode: "boolean" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.loan_id] })],
);

/**
 * A loan's balances over all days, and the remainder of its interest: what was exact less what was posted, over its accruals
 * that stand, in units of 10^-12 minor units.
 */
export const loanBalances = sqliteTable(
  "loan_balances",
  {
    ...tenant,
    loan_id: text().notNull(),
    currency: text().notNull(),
    ...partColumns,
    interest_remainder: int64().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.loan_id, t.currency] })],
);

/** The changes of a loan's balances by day: the balance as of a date is the present one less the days after it. */
export const loanDays = sqliteTable(
  "loan_days",
  { ...tenant, loan_id: text().notNull(), day: text().notNull(), currency: text().notNull(), ...partColumns },
  (t) => [primaryKey({ columns: [t.tenant_id, t.loan_id, t.day, t.currency] })],
);

const halves = sql`dr_hi >= 0 AND cr_hi >= 0 AND dr_lo BETWEEN 0 AND 999999999 AND cr_lo BETWEEN 0 AND 999999999`;

export const ledgerTotals = sqliteTable("ledger_totals", { ...account, ...total }, (t) => [
  primaryKey({ columns: [t.tenant_id, t.book, t.account_code, t.currency, t.layer] }),
  check("totals_are_two_halves", halves),
]);

/** The totals by effective day. */
export const ledgerDays = sqliteTable("ledger_days", { ...account, day: text().notNull(), ...total }, (t) => [
  primaryKey({ columns: [t.tenant_id, t.book, t.account_code, t.currency, t.layer, t.day] }),
  check("days_are_two_halves", halves),
]);

/**
 * The interest of loans that stands for a day: of the entry at the place, or of its last correction. `carried` and `remainder`
 * are the loan's remainder without it and with it. A reversal of the entry allows the day again.
 */
export const accruals = sqliteTable(
  "accruals",
  {
    ...tenant,
    loan_id: text().notNull(),
    accrual_date: text().notNull(),
    ...place,
    interest_minor: int64().notNull(),
    carried: int64().notNull(),
    remainder: int64().notNull(),
    /** The latest day on which the entry, or a correction of it, takes effect. */
    last_day: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.loan_id, t.accrual_date] })],
);

/** The settlement of each settled disbursement, until it is reversed. */
export const settlements = sqliteTable(
  "settlements",
  { ...tenant, disbursement_entry_id: text().notNull(), ...place },
  (t) => [primaryKey({ columns: [t.tenant_id, t.disbursement_entry_id] })],
);

/** The charge-offs of each loan, and the entries that recovered some of it, that are not reversed. */
export const loanLosses = sqliteTable(
  "loan_losses",
  {
    ...tenant,
    loan_id: text().notNull(),
    ...place,
    event_type: text().$type<"chargeoff" | "recovery">().notNull(),
    effective_at: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.loan_id, t.sequence, t.position] })],
);

/** What the tenant calls an account, here and in the books that it keeps elsewhere. */
export const accountNames = sqliteTable(
  "account_names",
  {
    ...tenant,
    account_code: text().$type<AccountCode>().notNull(),
    name: text(),
    external_code: text(),
    external_name: text(),
    sequence: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.account_code] })],
);

/** The tenant's bank accounts, numbered from 1 in the order in which they were first named. */
export const bankAccounts = sqliteTable(
  "bank_accounts",
  { ...tenant, bank_account_ref: text().notNull(), number: integer().notNull() },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.bank_account_ref] }),
    uniqueIndex("bank_accounts_by_number").on(t.tenant_id, t.number),
    check("a_tenant_has_at_most_200_bank_accounts", sql`number BETWEEN 1 AND 200`),
  ],
);

/** The balance that the bank states for each account at the end of a day. A later one for the same day replaces it. */
export const bankBalances = sqliteTable(
  "bank_balances",
  {
    ...tenant,
    bank_account_ref: text().notNull(),
    currency: text().notNull(),
    as_of_date: text().notNull(),
    closing_balance_minor: int64().notNull(),
    sequence: integer().notNull(),
    recorded_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.bank_account_ref, t.currency, t.as_of_date] })],
);
