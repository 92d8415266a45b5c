import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import { int64, tenant } from "../d1/columns.ts";

/** The journal. Append-only: triggers in the migration refuse UPDATE and DELETE (docs/api.md#ledger). */
export const journalEntries = sqliteTable(
  "journal_entries",
  {
    ...tenant,
    sequence: integer().notNull(),
    journal_entry_id: text().notNull(),
    event_type: text({ enum: ["disbursement", "reversal"] }).notNull(),
    loan_id: text().notNull(),
    borrower_id: text().notNull(),
    currency: text().notNull(),
    layer: text({ enum: ["SETTLED"] }).notNull(),
    effective_at: text().notNull(),
    posted_at: integer().notNull(),
    correlation_id: text().notNull(),
    reverses_entry_id: text(),
    reverses_sequence: integer(),
    external_ref: text(),
    description: text(),
    actor: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("journal_entries_by_loan").on(t.tenant_id, t.loan_id, t.sequence),
    uniqueIndex("an_entry_is_reversed_once")
      .on(t.tenant_id, t.reverses_sequence)
      .where(sql`reverses_sequence IS NOT NULL`),
    check("a_reversal_names_its_entry", sql`(event_type = 'reversal') = (reverses_sequence IS NOT NULL)`),
  ],
);

/** Each row debits one account and credits another with one amount: an unbalanced entry cannot be stored. */
export const journalPostings = sqliteTable(
  "journal_postings",
  {
    ...tenant,
    sequence: integer().notNull(),
    position: integer().notNull(),
    debit: text().$type<AccountCode>().notNull(),
    credit: text().$type<AccountCode>().notNull(),
    amount_minor: int64().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence, t.position] }),
    check("an_amount_moves_between_two_accounts", sql`debit <> credit AND amount_minor >= 0`),
  ],
);

/** One borrower and one currency for the life of a loan. */
export const ledgerLoans = sqliteTable(
  "ledger_loans",
  {
    ...tenant,
    loan_id: text().notNull(),
    borrower_id: text().notNull(),
    currency: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.loan_id] })],
);

/** `book` is a loan id, or empty for the tenant's whole ledger; sums of amounts that are 0 or more. */
const account = {
  ...tenant,
  book: text().notNull(),
  account_code: text().$type<AccountCode>().notNull(),
  currency: text().notNull(),
  layer: text().notNull(),
};
const total = { dr_minor: int64().notNull(), cr_minor: int64().notNull() };

export const ledgerTotals = sqliteTable("ledger_totals", { ...account, ...total }, (t) => [
  primaryKey({ columns: [t.tenant_id, t.book, t.account_code, t.currency, t.layer] }),
  check("totals_do_not_fall_below_zero", sql`dr_minor >= 0 AND cr_minor >= 0`),
]);

/** The same by effective day: a balance as of a date is the total less the days after it. */
export const ledgerDays = sqliteTable("ledger_days", { ...account, day: text().notNull(), ...total }, (t) => [
  primaryKey({ columns: [t.tenant_id, t.book, t.account_code, t.currency, t.layer, t.day] }),
  check("days_do_not_fall_below_zero", sql`dr_minor >= 0 AND cr_minor >= 0`),
]);
