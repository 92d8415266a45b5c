import type { LookupTable } from "../../contract/lookup/tables.ts";
import { choices } from "../choices.ts";
import { h, link, on } from "../dom.ts";
import { go } from "../route.ts";
import { columnLabel } from "./labels.ts";
import { type Asked, addressOf, shownColumns } from "./query.ts";

/** Which columns to show, kept in the address. */
export function columnChoice(table: LookupTable, asked: Asked): HTMLElement {
  const [, ...others] = Object.keys(table.columns);
  const shown = shownColumns(table, asked);
  const boxes = choices(
    "Shown columns",
    others.map((name) => [name, columnLabel(name)] as const),
    shown,
  );
  const form = h(
    "form",
    {},
    boxes.element,
    h(
      "p",
      { class: "actions" },
      h("button", {}, "Show these columns"),
      asked.columns.length > 0 && link(addressOf(table, { ...asked, columns: [] }), "All columns"),
    ),
  );
  on(form, {
    submit: (event) => {
      event.preventDefault();
      const columns = boxes.checked();
      go(addressOf(table, { ...asked, columns: columns.length === others.length ? [] : columns }));
    },
  });
  const count = `Columns (${shown.length} of ${others.length + 1})`;
  return h("details", { class: "column-choice" }, h("summary", {}, count), form);
}
