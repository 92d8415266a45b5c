import type { Field, Fields } from "../../domain/tape/fields.ts";
import { h, labelled, select } from "../dom.ts";
import { words } from "../format.ts";
import { columnLabel } from "../tables/labels.ts";

/** A field as a form control that begins with a text. */
function control({ type, values, max }: Field, text: string): HTMLInputElement | HTMLSelectElement {
  const options = type === "boolean" ? ["yes", "no"] : values;
  if (options) {
    return select([["", "–"], ...options.map((value) => [value, words(value)] as const)], text);
  }
  return h("input", {
    type: "text",
    value: text,
    autocomplete: "off",
    maxlength: max,
    inputmode: ["amount", "decimal", "integer"].includes(type) ? "decimal" : undefined,
    placeholder: type === "date" ? "YYYY-MM-DD" : undefined,
  });
}

/** Controls for fields, and their texts by the name of the field. */
export function inputsFor(fields: Fields, texts: Readonly<Record<string, string>>) {
  const made = Object.entries(fields).map(
    ([name, field]) => [name, control(field, texts[name] ?? "")] as const,
  );
  const element = h(
    "div",
    { class: "record-fields" },
    made.map(([name, one]) => {
      const label = labelled(columnLabel(name), one);
      label.title = name;
      return label;
    }),
  );
  const read = (): Readonly<Record<string, string>> =>
    Object.fromEntries(made.map(([name, one]) => [name, one.value]));
  return { element, read };
}
