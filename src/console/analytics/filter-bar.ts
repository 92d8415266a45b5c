import { href, type Query } from "../address.ts";
import { addressForm, WAITS } from "../address-form.ts";
import { dateField } from "../date-field.ts";
import { button, type Child, foldable, h, labelled, link, on, select } from "../dom.ts";
import { plural, words } from "../format.ts";
import { go, type Route } from "../route.ts";
import { allDimensions, groupingAsked, memberDimensions } from "./dimensions.ts";
import {
  type AskedFilters,
  daysText,
  dimensionLabel,
  filterNamed,
  filterNames,
  filterQuery,
  filtersOf,
  filterText,
  withoutFilters,
} from "./filters.ts";

interface FilterBar {
  /** Offers groups too. */
  readonly groups?: boolean;
  /** Filters that the view chooses by itself. */
  readonly except?: readonly string[];
}

/** The filters of a view and its groups. All of them are in the address, and nothing else of it changes. */
export function filterBar(route: Route, { groups = false, except = [] }: FilterBar = {}): HTMLElement {
  const filters = filtersOf(route.query, except);
  const others = withoutFilters(route.query, except);
  const addressOf = (next: AskedFilters, more: Query = {}) =>
    href(route.segments, { ...others, ...more, ...filterQuery(next) });
  const value = valueControl(filterNames(memberDimensions(), except));
  const [from, to] = [dateField(filters.from), dateField(filters.to)];
  const group = groupControl(groupingAsked(route));
  const address = (): string => {
    const added = value.given();
    const values = added === null ? filters.values : [...filters.values, added];
    const more = groups ? { group_by: group.given(), group: undefined } : {};
    return addressOf({ values, from: from.value(), to: to.value() }, more);
  };
  const controls = [
    ...value.elements,
    labelled("Disbursed from", from.input, from.element),
    labelled("to", to.input, to.element),
    ...(groups ? group.elements : []),
    h("button", {}, "Apply"),
  ];
  const form = addressForm("Filters", controls, address);
  const number = filters.values.length + (daysText(filters) === null ? 0 : 1);
  const summary = number === 0 ? "Filters" : `Filters (${number})`;
  return h("div", { class: "filter-bar" }, foldable(summary, form), chips(filters, addressOf));
}

/** One filter to add: its name, and a value that depends on the name. */
function valueControl(names: readonly string[]) {
  const name = select(
    names.map((one) => [one, dimensionLabel(one)] as const),
    names[0] ?? "",
  );
  name.setAttribute(WAITS, "");
  const how = select([], "");
  let value: HTMLInputElement | HTMLSelectElement;
  let control: HTMLElement = h("div", {});
  const offer = (): void => {
    const filter = filterNamed(name.value);
    const values = filter?.values?.map((one) => [one, words(one)] as const);
    value = values ? select([["", "any"], ...values], "") : h("input", { type: "text", maxlength: 256 });
    how.replaceChildren(
      h("option", { value: "is" }, "is"),
      filter?.nullable ? h("option", { value: "none" }, "has none") : "",
    );
    const next = labelled("Value", value);
    control.replaceWith(next);
    control = next;
  };
  on(name, { change: offer });
  on(how, {
    change: () => {
      value.disabled = how.value === "none";
    },
  });
  offer();
  const given = (): readonly [string, string] | null => {
    if (how.value === "none") return [name.value, ""];
    const text = value.value.trim();
    return text === "" ? null : [name.value, text];
  };
  const elements: readonly Child[] = [labelled("Where", name), labelled("Condition", how), control];
  return { elements, given };
}

/** One dimension to group by, or two. */
function groupControl([first = "", second = ""]: readonly string[]) {
  const options = allDimensions().map((one) => [one, dimensionLabel(one)] as const);
  const by = select([["", "no groups"], ...options], first);
  const then = select([["", "nothing else"], ...options], second);
  const given = (): string => {
    const chosen = [by.value, then.value].filter((one) => one !== "");
    return [...new Set(chosen)].join(",");
  };
  return { elements: [labelled("Group by", by), labelled("and by", then)], given };
}

/** What is asked for, each with a button that takes it away. */
function chips(filters: AskedFilters, addressOf: (next: AskedFilters) => string): HTMLElement | null {
  const chip = (text: string, without: AskedFilters) =>
    h(
      "li",
      {},
      button([text, h("span", { "aria-hidden": "true" }, " ×")], () => go(addressOf(without)), {
        class: "chip",
        "aria-label": `Remove filter: ${text}`,
      }),
    );
  const { values } = filters;
  const days = daysText(filters);
  const made = values.map((one, index) =>
    chip(filterText(...one), { ...filters, values: values.filter((_, at) => at !== index) }),
  );
  if (days !== null) made.push(chip(days, { ...filters, from: "", to: "" }));
  if (made.length === 0) return null;
  const none = addressOf({ values: [], from: "", to: "" });
  const all = made.length > 1 && h("li", {}, link(none, `Remove ${plural(String(made.length), "filter")}`));
  return h("ul", { class: "chips", "aria-label": "Filters that are on" }, made, all);
}
