import { dateColumns, filterable, type LookupTable } from "../../contract/lookup/tables.ts";
import { href } from "../address.ts";
import { addressForm, WAITS } from "../address-form.ts";
import { dateField } from "../date-field.ts";
import { button, foldable, h, labelled, link, on, select } from "../dom.ts";
import { words } from "../format.ts";
import { go } from "../route.ts";
import { columnLabel } from "./labels.ts";
import { type Asked, addressOf } from "./query.ts";

/** Search, filters and dates of a table; they go into the address. */
export function filterForm(table: LookupTable, asked: Asked): HTMLElement {
  const search = h("input", { type: "search", value: asked.search, maxlength: 128, autocomplete: "off" });
  const column = select(
    filterable(table).map((name) => [name, columnLabel(name)]),
    asked.filters.at(-1)?.[0] ?? "",
  );
  column.setAttribute(WAITS, "");
  const value = h("input", { type: "text", maxlength: 255, autocomplete: "off" });
  const dates = select(
    [["", "no dates"], ...dateColumns(table).map((name) => [name, columnLabel(name)] as const)],
    asked.date_field,
  );
  const start = dateField(asked.start_date);
  const end = dateField(asked.end_date);
  const given = (): Asked => {
    const others = asked.filters.filter(([name]) => name !== column.value);
    const bounded = dates.value !== "" && start.value() + end.value() !== "";
    return {
      ...asked,
      search: search.value.trim(),
      filters: value.value.trim() === "" ? asked.filters : [...others, [column.value, value.value.trim()]],
      date_field: bounded ? dates.value : "",
      start_date: bounded ? start.value() : "",
      end_date: bounded ? end.value() : "",
    };
  };
  const controls = [
    labelled("Search ids and statuses", search),
    labelled("Where", column),
    labelled("is exactly", value),
    labelled("Dates of", dates),
    labelled("from", start.input, start.element),
    labelled("to", end.input, end.element),
    h("button", {}, "Show"),
  ];
  const form = addressForm(`Filter ${words(table.name)}`, controls, () => addressOf(table, given()));
  // A column of dates means nothing without a day, and a day nothing without its column.
  const wait = (): void => {
    dates.toggleAttribute(WAITS, start.value() + end.value() === "");
    for (const { input } of [start, end]) input.toggleAttribute(WAITS, dates.value === "");
  };
  wait();
  on(form, { input: wait });
  return h("div", {}, foldable("Filters", form), chips(table, asked));
}

/** The active filters, each with a link that removes it. */
function chips(table: LookupTable, asked: Asked): HTMLElement | null {
  const chip = (text: string, without: Asked) =>
    h(
      "li",
      {},
      button([text, h("span", { "aria-hidden": "true" }, " ×")], () => go(addressOf(table, without)), {
        class: "chip",
        "aria-label": `Remove filter: ${text}`,
      }),
    );
  const { search, filters, date_field, start_date, end_date } = asked;
  const made = [
    ...(search === "" ? [] : [chip(`contains “${search}”`, { ...asked, search: "" })]),
    ...filters.map(([name, value]) =>
      chip(`${columnLabel(name)} is ${value}`, {
        ...asked,
        filters: filters.filter((one) => one[0] !== name),
      }),
    ),
    ...(date_field === ""
      ? []
      : [
          chip(`${columnLabel(date_field)} ${start_date || "…"} to ${end_date || "…"}`, {
            ...asked,
            date_field: "",
            start_date: "",
            end_date: "",
          }),
        ]),
  ];
  if (made.length === 0) return null;
  const all = made.length > 1 && h("li", {}, link(href(["tables", table.name]), "Remove all filters"));
  return h("ul", { class: "chips", "aria-label": "Asked for" }, made, all);
}
