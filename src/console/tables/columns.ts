import { isLosslessNumber, stringify } from "lossless-json";
import type { RowJson } from "../../contract/lookup/answers.ts";
import type { LookupTable, WireType } from "../../contract/lookup/tables.ts";
import { href } from "../address.ts";
import { may } from "../caller.ts";
import { clientLink } from "../client/link.ts";
import { type Child, h, link } from "../dom.ts";
import { amountText, dateText, NONE, numberText } from "../format.ts";

/** Columns whose value is the id of a record, with the table of that record. */
const RECORD_OF: Readonly<Record<string, string>> = {
  payment_id: "payments",
  operation_id: "operations",
  event_id: "events",
};

export const isNumeric = (type: WireType | undefined): boolean =>
  type === "amount" || type === "decimal" || type === "integer";

/** The text of a value in its column. */
function valueText(type: WireType, value: unknown, row: RowJson): string {
  if (value === null || value === undefined) return NONE;
  if (type === "amount" && isLosslessNumber(value)) return amountText(value, row.currency);
  if (isLosslessNumber(value)) return type === "integer" ? value.value : numberText(value);
  if (type === "date" || type === "instant") return dateText(String(value));
  if (type === "boolean") return value === true ? "yes" : "no";
  return typeof value === "object" ? (stringify(value) ?? NONE) : String(value);
}

/** The category of an event's record, as the name of its table. */
const TABLE_OF_CATEGORY: Readonly<Record<string, string>> = {
  client: "clients",
  disbursement: "disbursements",
  payment: "payments",
  operation: "operations",
};

/** The link of an id: to its disbursement, to its row, or null. */
function target(table: LookupTable, column: string, row: RowJson): string | null {
  const value = row[column];
  if (typeof value !== "string" || value === "") return null;
  if (column === "client_id") return href(["client", value]);
  if (column === "disbursement_id") return href(["disbursement", value]);
  if (column === "ledger_loan_id") return may("hpts:ledger:read") ? href(["books", "loan", value]) : null;
  const record = RECORD_OF[column];
  if (record !== undefined) return href(["tables", record, value]);
  if (column !== "id") return null;
  if (table.name !== "events") return href(["tables", table.name, value]);
  const owner = TABLE_OF_CATEGORY[String(row.category)];
  return owner === undefined ? null : href(["tables", owner, value]);
}

/** A value as a cell shows it: a link for an id that has a target. */
export function valueView(table: LookupTable, column: string, row: RowJson): Child {
  const id = row[column];
  if (column === "client_id" && typeof id === "string" && table.name !== "clients") return clientLink(id);
  const text = valueText(table.columns[column] ?? "text", row[column], row);
  const address = target(table, column, row);
  return address === null ? text : link(address, text);
}

/** An object in full, one member per line. */
export function objectView(value: unknown): HTMLElement {
  return h("pre", {}, stringify(value, null, 2) ?? NONE);
}
