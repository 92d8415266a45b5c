import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { BookedCategory } from "../../domain/bookkeeping/booked.ts";
import { tenant } from "../d1/columns.ts";

/**
 * Whether a tenant's books come from its records, and the progress of the opening. The version counts the switches: a
 * commit is void unless the version is the one that its group was decided on (docs/bookkeeping.md#the-switch).
 */
export const bookkeeping = sqliteTable(
  "bookkeeping",
  {
    ...tenant,
    mode: text().$type<"off" | "records">().notNull(),
    /** The bank account from which records settle what they promise; null where settlements are posted by hand. */
    settle_bank: text(),
    version: integer().notNull(),
    since_sequence: integer(),
    /** The number of records to open, and of those already opened. */
    total: integer().notNull(),
    done: integer().notNull(),
    /** The record after which the opening continues; null when it is complete, or there is none. */
    after_category: text().$type<BookedCategory>(),
    after_id: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id] }),
    index("unfinished_openings").on(t.tenant_id).where(sql`after_category IS NOT NULL`),
    check("an_opening_has_a_place", sql`(after_category IS NULL) = (after_id IS NULL)`),
  ],
);

/** The booked parts of each record, each with the entry that books it (docs/bookkeeping.md#the-rules). */
export const bookedParts = sqliteTable(
  "booked_parts",
  {
    ...tenant,
    category: text().$type<BookedCategory>().notNull(),
    record_id: text().notNull(),
    name: text().notNull(),
    sequence: integer().notNull(),
    position: integer().notNull(),
    journal_entry_id: text().notNull(),
    currency: text().notNull(),
    day: text().notNull(),
    effective_at: text().notNull(),
    correlation_id: text().notNull(),
    disbursement_id: text().notNull(),
    loan_id: text().notNull(),
    borrower_id: text().notNull(),
    /** JSON: debit, credit and amount of each move. */
    moves: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.category, t.record_id, t.name] })],
);

/** The ledger's loan of each disbursement that was booked, or cannot be because a ledger route used its id first. */
export const bookedLoans = sqliteTable(
  "booked_loans",
  {
    ...tenant,
    disbursement_id: text().notNull(),
    loan_id: text().notNull(),
    follows_records: integer({ mode: "boolean" }).notNull(),
    /** JSON: the sums of the entries without a reversal, by currency, account and direction, in minor units as text. */
    gross: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.disbursement_id] }),
    index("booked_loans_by_loan").on(t.tenant_id, t.loan_id),
  ],
);
