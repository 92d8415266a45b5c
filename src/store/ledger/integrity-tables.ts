import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import type { FigureTable } from "../../domain/ledger/integrity.ts";
import { tenant } from "../d1/columns.ts";
import { account, partColumns, place, total } from "./columns.ts";

/** How far each tenant's integrity check has added up the journal, and the progress of its round of the loans. */
export const integrityChecks = sqliteTable(
  "integrity_checks",
  {
    ...tenant,
    ...place,
    /** The round of all loans (domain/ledger/round.ts). */
    round_after: text().notNull(),
    round_loans: integer().notNull(),
    round_done: integer().notNull(),
    round_started_at: integer().notNull(),
    /** The round of all records (domain/record-round.ts). */
    record_category: text().notNull(),
    record_after: text().notNull(),
    record_round_at: integer().notNull(),
    /** The walk over all figures (domain/figure-walk.ts). */
    figure_step: text().notNull(),
    figure_after: text().notNull(),
    figure_walk_at: integer().notNull(),
    /** True while the check has fallen behind the journal: then it compares every loan at the end. */
    is_behind: integer({ mode: "boolean" }).notNull(),
    /** When a run last began with this tenant, even if it failed; 0 puts the tenant first. */
    visited_at: integer().notNull(),
    /** When everything that was due was last compared. */
    checked_at: integer(),
    checked_upto: integer().notNull(),
    turns: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id] }),
    index("integrity_checks_behind").on(t.visited_at, t.tenant_id).where(sql`is_behind = 1`),
  ],
);

/** The check's own sums, added up from the postings and never from the sums that it checks. */
export const integritySums = sqliteTable("integrity_sums", { ...account, ...total }, (t) => [
  primaryKey({ columns: [t.tenant_id, t.book, t.account_code, t.currency, t.layer] }),
]);

export const integrityLoans = sqliteTable(
  "integrity_loans",
  { ...tenant, loan_id: text().notNull(), currency: text().notNull(), ...partColumns },
  (t) => [primaryKey({ columns: [t.tenant_id, t.loan_id, t.currency] })],
);

/**
 * Figures that were found wrong, until a later check finds them right. `found_by` is the comparison that found it: one
 * of the walk's steps, or `sums`.
 */
export const integrityFindings = sqliteTable(
  "integrity_findings",
  {
    ...tenant,
    found_by: text().notNull(),
    figure_table: text().$type<FigureTable>().notNull(),
    book: text().notNull(),
    account_code: text().$type<AccountCode | "">().notNull(),
    currency: text().notNull(),
    day: text().notNull(),
    entry: text().notNull(),
    entry_sequence: integer(),
    entry_position: integer(),
    found_at: integer().notNull(),
  },
  (t) => [
    primaryKey({
      columns: [t.tenant_id, t.found_by, t.figure_table, t.book, t.account_code, t.currency, t.day, t.entry],
    }),
  ],
);
