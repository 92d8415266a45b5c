import { isLosslessNumber } from "lossless-json";
import type { RowJson } from "../../contract/lookup/answers.ts";
import type { LookupTable } from "../../contract/lookup/tables.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { type Child, h, link } from "../dom.ts";
import { words } from "../format.ts";
import { loading } from "../loading.ts";
import { entitle } from "../shell.ts";
import { listView, type RowCell } from "./cell.ts";
import { objectView, valueView } from "./columns.ts";
import { columnLabel } from "./labels.ts";
import { tableList } from "./list.ts";

/** Tables that refer to a record, by the record's table. */
const REFERRING: Readonly<
  Record<string, readonly (readonly [table: string, column: string, label: string])[]>
> = {
  clients: [
    ["disbursements", "client_id", "disbursements of this client"],
    ["purchase_clients", "client_id", "purchases with this client"],
    ["payments", "client_id", "payments of this client"],
    ["events", "id", "events of this id"],
  ],
  disbursements: [
    ["payments", "disbursement_id", "payments"],
    ["operations", "disbursement_id", "operations"],
    ["events", "id", "events of this id"],
  ],
  payments: [["events", "id", "events of this id"]],
  operations: [
    ["asset_status", "operation_id", "conditions of the asset"],
    ["events", "id", "events of this id"],
  ],
};

/** One row in full, with links to what refers to it. */
export function rowView(main: HTMLElement, table: LookupTable, id: string, page: AbortSignal): void {
  main.append(
    h(
      "div",
      { class: "heading" },
      entitle(id, true),
      h("p", { class: "note" }, `One row of ${words(table.name)}`),
    ),
    tableList(table.name),
    h(
      "section",
      { class: "card", "aria-label": id },
      loading("the row", page, async ({ signal }) => {
        const answer = await get<{ readonly data: RowJson }>(
          pathOf(["api", "tables", table.name, id]),
          signal,
        );
        return answer.ok
          ? { ok: true, value: [members(table, answer.value.data), leads(table, id)] }
          : answer;
      }),
    ),
  );
}

/** A value in full: an object as it is, everything else as its cell. */
function memberView(cell: RowCell): Child {
  const value = cell.row[cell.column];
  const whole = typeof value === "object" && value !== null && !isLosslessNumber(value);
  return listView(cell) ?? (whole ? objectView(value) : valueView(cell.table, cell.column, cell.row));
}

function members(table: LookupTable, row: RowJson): HTMLElement {
  const member = (column: string): Child => {
    return h(
      "div",
      {},
      h("dt", { title: column }, columnLabel(column)),
      h("dd", {}, memberView({ table, column, row })),
    );
  };
  return h("dl", { class: "members" }, Object.keys(table.columns).map(member));
}

function leads(table: LookupTable, id: string): HTMLElement | null {
  const referring = REFERRING[table.name] ?? [];
  const own = {
    clients: [link(href(["client", id]), "figures, disbursements and payments")],
    disbursements: [link(href(["disbursement", id]), "position and pictures")],
  } as const;
  const position = table.name === "clients" || table.name === "disbursements" ? own[table.name] : [];
  const links = referring.map(([name, column, label]) =>
    link(href(["tables", name], { [column]: id }), label),
  );
  const all = [...position, ...links];
  if (all.length === 0) return null;
  return h(
    "ul",
    { class: "leads", "aria-label": "Leads to" },
    all.map((one) => h("li", {}, one)),
  );
}
