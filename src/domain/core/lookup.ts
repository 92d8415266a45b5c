/** The tables of records, by their names on the wire: one for each category (domain/tape/categories.ts). */
const RECORD_TABLE_NAMES = ["clients", "disbursements", "payments", "operations"] as const;
export type RecordTableName = (typeof RECORD_TABLE_NAMES)[number];

/** The tables of derived history, by their name on the wire. */
export const HISTORY_TABLE_NAMES = [
  "disbursement_status",
  "extensions",
  "rebates",
  "write_offs",
  "restructures",
  "asset_status",
] as const;

/**
 * The lookup tables by their name on the wire (docs/api.md#lookups). A new one is a name here, and the compiler asks
 * for the rest: what it promises in contract/lookup/tables.ts, and where it is kept in store/lookup/sources.ts.
 */
export const LOOKUP_TABLE_NAMES = [
  ...RECORD_TABLE_NAMES,
  "purchase_clients",
  "events",
  ...HISTORY_TABLE_NAMES,
] as const;
export type LookupTableName = (typeof LOOKUP_TABLE_NAMES)[number];

/** A row under the wire's column names with D1's values: 64-bit integers as text, booleans as 0 and 1, JSON as text. */
export type StoredRow = Readonly<Record<string, string | number | null>>;

/** A row in an order: its values of the order's columns as text, null for an SQL NULL. */
export type OrderValues = readonly (string | null)[];

/**
 * A stretch of a table that is sorted by itself: a list examines a bounded number of rows, so a sort that no index
 * answers goes stretch by stretch. All three are rows in the order in which rows are examined, and inclusive.
 */
export interface Stretch {
  readonly from: OrderValues;
  /** Null: to the last row. */
  readonly to: OrderValues | null;
  /** Where the next stretch starts. */
  readonly next: OrderValues | null;
}

/** Where a page starts. */
export interface PageStart {
  /** The last row of the page before; null at the start of a stretch. */
  readonly after: OrderValues | null;
  readonly stretch: Stretch | null;
}
