import { LOOKUP_TABLE_NAMES, type LookupTableName } from "../../domain/core/lookup.ts";
import {
  clientFields,
  disbursementFields,
  type Fields,
  type FieldType,
  operationFields,
  paymentFields,
} from "../../domain/tape/fields.ts";
import type { HistoryTable } from "../../domain/tape/history.ts";

/** How a column's value is written on the wire; `event_data`, `event_changes` and `event_entries` belong only to the event log. */
export type WireType =
  | "text"
  | "boolean"
  | "integer"
  | "decimal"
  | "amount"
  | "date"
  | "instant"
  | "object"
  | "clients"
  | "ledger_loan_id"
  | "event_data"
  | "event_changes"
  | "event_entries";

/** A column that is not stored is derived from another one. */
export const DERIVED_FROM: Readonly<Partial<Record<WireType, string>>> = {
  ledger_loan_id: "disbursement_id",
  event_changes: "data",
  event_entries: "data",
};

/** What a lookup table promises (docs/api.md#lookups). Column names are those of the wire. */
export interface LookupTable {
  readonly name: LookupTableName;
  readonly columns: Readonly<Record<string, WireType>>;
  /** The id and status columns: `search` looks into them, and each takes an equality filter. */
  readonly searched: readonly string[];
  /** Further columns that `search` looks into, without a filter. */
  readonly named?: readonly string[];
  /** Further columns with an equality filter, which `search` leaves alone: closed vocabularies and keys, which no row shows. */
  readonly matched: readonly string[];
  readonly defaultSort: string;
}

const WIRE_TYPES: Readonly<Record<FieldType, WireType>> = {
  id: "text",
  text: "text",
  email: "text",
  phone: "text",
  country: "text",
  currency: "text",
  enum: "text",
  boolean: "boolean",
  integer: "integer",
  decimal: "decimal",
  amount: "amount",
  date: "date",
  object: "object",
  clients: "clients",
};

const written = { created_at: "instant", updated_at: "instant" } as const;

/** The columns of a record: the fields of its events and the times of its first and last one. */
function recordColumns(fields: Fields): Readonly<Record<string, WireType>> {
  const columns = Object.entries(fields).map(([name, { type }]) => [name, WIRE_TYPES[type]] as const);
  return { ...Object.fromEntries(columns), ...written };
}

/** What was due of a payment (docs/api.md#payments). */
const expectation = {
  expected_total: "amount",
  expected_principal: "amount",
  expected_fee: "amount",
  expected_due_date: "date",
} as const;

/** Where a history row comes from; its id is its event's, because an event makes one row a table at most. */
const origin = { id: "text", event_id: "text", on_date: "date", created_at: "instant" } as const;
const reason = { change_date: "date", change_reason: "text" } as const;
const maturity = { previous_maturity_date: "date", new_maturity_date: "date" } as const;
const margin = { previous_margin: "amount", new_margin: "amount" } as const;
const amount = { previous_amount: "amount", new_amount: "amount" } as const;
const currency = { currency: "text" } as const;

/** A history table of changed terms (docs/api.md#history). */
function termsTable(own: LookupTable["columns"]): Omit<LookupTable, "name"> {
  return {
    columns: { ...origin, disbursement_id: "text", ...own, ...reason },
    searched: ["event_id", "disbursement_id"],
    matched: ["id"],
    defaultSort: "created_at",
  };
}

/** What each lookup table promises; where it is kept is in store/lookup/sources.ts. */
const CATALOGUE: Readonly<Record<LookupTableName, Omit<LookupTable, "name">>> = {
  clients: {
    columns: { ...recordColumns(clientFields), erased_at: "instant" },
    searched: ["client_id"],
    named: ["name", "registration_number", "email"],
    matched: ["gender"],
    defaultSort: "created_at",
  },
  disbursements: {
    columns: { ...recordColumns(disbursementFields), ledger_loan_id: "ledger_loan_id" },
    searched: ["disbursement_id", "client_id", "goods_status"],
    matched: ["kind"],
    defaultSort: "created_at",
  },
  payments: {
    columns: { ...recordColumns(paymentFields), ...expectation },
    searched: ["payment_id", "disbursement_id", "client_id", "status"],
    matched: ["source"],
    defaultSort: "created_at",
  },
  operations: {
    columns: recordColumns(operationFields),
    searched: ["operation_id", "disbursement_id", "asset_id"],
    matched: [],
    defaultSort: "created_at",
  },
  purchase_clients: {
    columns: { id: "text", disbursement_id: "text", client_id: "text", ...written },
    searched: ["id", "disbursement_id", "client_id"],
    matched: [],
    defaultSort: "created_at",
  },
  events: {
    columns: {
      event_id: "text",
      sequence: "integer",
      category: "text",
      step: "text",
      id: "text",
      data: "event_data",
      changes: "event_changes",
      journal_entry_ids: "event_entries",
      key_hash: "text",
      actor: "text",
      trace_id: "text",
      created_at: "instant",
    },
    searched: ["event_id", "id", "trace_id"],
    matched: ["category", "step", "idempotency_key", "actor"],
    defaultSort: "created_at",
  },
  disbursement_status: {
    columns: { ...origin, disbursement_id: "text", status: "text" },
    searched: ["event_id", "disbursement_id", "status"],
    matched: ["id"],
    defaultSort: "on_date",
  },
  extensions: termsTable(maturity),
  rebates: termsTable({ ...margin, rebate_amount: "amount", ...currency }),
  write_offs: termsTable({ ...amount, write_off_amount: "amount", ...currency }),
  restructures: termsTable({ ...maturity, ...margin, ...amount, ...currency }),
  asset_status: {
    columns: {
      ...origin,
      operation_id: "text",
      disbursement_id: "text",
      asset_id: "text",
      asset_condition: "text",
    },
    searched: ["event_id", "operation_id", "disbursement_id", "asset_id", "asset_condition"],
    matched: ["id"],
    defaultSort: "on_date",
  },
};

export const LOOKUP_TABLES: readonly LookupTable[] = LOOKUP_TABLE_NAMES.map((name) => ({
  name,
  ...CATALOGUE[name],
}));

/** The columns that `search` looks into. */
export function searchable({ searched, named = [] }: LookupTable): readonly string[] {
  return [...searched, ...named];
}

const HISTORY: Readonly<Record<HistoryTable, true>> = {
  disbursement_status: true,
  extensions: true,
  rebates: true,
  write_offs: true,
  restructures: true,
  asset_status: true,
};

/** True for a table that is made of the events after they are answered (docs/api.md#history). */
export const isHistory = ({ name }: LookupTable): boolean => Object.hasOwn(HISTORY, name);

/** The columns that take an equality filter. */
export function filterable(table: LookupTable): readonly string[] {
  return [...table.searched, ...table.matched];
}

/** The columns that `date_field` may name. */
export function dateColumns(table: LookupTable): readonly string[] {
  return Object.keys(table.columns).filter((name) => isDate(table.columns[name]));
}

/**
 * The columns that `sort_by` may name. An amount sorts by its count of minor units, so rows of one currency come in
 * the order of their value.
 */
export function sortable(table: LookupTable): readonly string[] {
  const filters = new Set(filterable(table));
  const sorts = (name: string, type: WireType) =>
    filters.has(name) || isDate(type) || type === "amount" || type === "integer";
  return Object.entries(table.columns)
    .filter(([name, type]) => sorts(name, type))
    .map(([name]) => name);
}

const isDate = (type: WireType | undefined) => type === "date" || type === "instant";
