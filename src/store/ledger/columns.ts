import { integer, text } from "drizzle-orm/sqlite-core";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import { int64, tenant } from "../d1/columns.ts";

/** An entry's place: its event, and its place among that event's entries. */
export const place = { sequence: integer().notNull(), position: integer().notNull() };

/** A loan's balances, or what a day changes of them, each on the normal side of its account, and its loss. */
export const partColumns = {
  principal_minor: int64().notNull(),
  interest_minor: int64().notNull(),
  fees_minor: int64().notNull(),
  clearing_minor: int64().notNull(),
  suspense_minor: int64().notNull(),
  margin_minor: int64().notNull(),
  loss_minor: int64().notNull(),
};

/** `book` is empty for the tenant's whole ledger, else it names a bank account (domain/ledger/books.ts). */
export const account = {
  ...tenant,
  book: text().notNull(),
  account_code: text().$type<AccountCode>().notNull(),
  currency: text().notNull(),
  layer: text().notNull(),
};

/**
 * Gross debits and credits, which have no bound: each is `hi` x 10^9 + `lo` with `lo` below 10^9. So no posting can
 * overflow a currency's total, and a sum of many rows' halves still fits into 64 bits.
 */
export const total = {
  dr_hi: int64().notNull(),
  dr_lo: int64().notNull(),
  cr_hi: int64().notNull(),
  cr_lo: int64().notNull(),
};
