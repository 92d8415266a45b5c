import { isLosslessNumber, stringify } from "lossless-json";
import type { RowJson } from "../../contract/lookup/answers.ts";
import type { LookupTable } from "../../contract/lookup/tables.ts";
import { href } from "../address.ts";
import { clientLink } from "../client/link.ts";
import { button, type Child, link } from "../dom.ts";
import { openBeside } from "./beside.ts";
import { valueView } from "./columns.ts";
import { columnLabel } from "./labels.ts";

export interface RowCell {
  readonly table: LookupTable;
  readonly column: string;
  readonly row: RowJson;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !isLosslessNumber(value);

/** A list of clients or of entries as links; null for any other value. */
export function listView({ table, column, row }: RowCell): Child {
  const [value, type] = [row[column], table.columns[column]];
  if (!Array.isArray(value)) return null;
  if (type === "clients") {
    return value.map(({ client_id }, index) => [index > 0 && ", ", clientLink(String(client_id))]);
  }
  if (type !== "event_entries") return null;
  return value.map((id, index) => [
    index > 0 && ", ",
    link(href(["books", "entry", String(id)]), `${String(id).slice(0, 8)}…`),
  ]);
}

/** A value in its cell: clients and entries as links, another object as a button that shows it beside the table. */
export function cellView({ table, column, row }: RowCell, page: AbortSignal): Child {
  const value = row[column];
  if (!isRecord(value)) return valueView(table, column, row);
  const list = listView({ table, column, row });
  if (list !== null) return list;
  const label = columnLabel(column);
  const members = Object.keys(value);
  if (members.length === 0) return stringify(value);
  return button(members.join(", "), () => openBeside(label, value, page), {
    class: "link",
    "aria-label": `${label}: ${members.join(", ")}; show beside`,
  });
}
