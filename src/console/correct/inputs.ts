import { changeFields, type Field, type Fields } from "../../domain/tape/fields.ts";
import { dateField } from "../date-field.ts";
import { h, labelled, select } from "../dom.ts";
import { words } from "../format.ts";
import { columnLabel } from "../tables/labels.ts";

/** A control that takes a text, and what holds it where it has more parts. */
interface Control {
  readonly control: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
  readonly shown?: HTMLElement;
}

/** Texts longer than this have lines. */
const LINE_CHARACTERS_MAX = 512;

/** A field as a form control that begins with a text. */
function controlOf({ type, values, max = 0 }: Field, text: string): Control {
  const options = type === "boolean" ? ["yes", "no"] : values;
  if (options) {
    return { control: select([["", "–"], ...options.map((value) => [value, words(value)] as const)], text) };
  }
  if (type === "date") {
    const { input, element } = dateField(text);
    return { control: input, shown: element };
  }
  if (type === "object" || type === "clients" || max > LINE_CHARACTERS_MAX) {
    const rows = Math.min(10, Math.max(type === "clients" ? 3 : 2, text.split("\n").length));
    const isCode = type === "object";
    const lines = { rows, class: isCode ? undefined : "text", spellcheck: isCode ? "false" : undefined };
    return { control: h("textarea", { ...lines, maxlength: max > 0 ? max : undefined }, text) };
  }
  const inputmode = ["amount", "decimal", "integer"].includes(type) ? "decimal" : undefined;
  return {
    control: h("input", {
      type: "text",
      value: text,
      autocomplete: "off",
      maxlength: max || undefined,
      inputmode,
    }),
  };
}

const HINTS: Readonly<Partial<Record<Field["type"], string>>> = {
  object: " (JSON)",
  clients: " (ids, one a line)",
};

const isLong = (control: HTMLElement): boolean => control instanceof HTMLTextAreaElement;

/** Short fields come first, then long ones; from when a change counts, and why, stand at the end. */
const placeOf = ({ name, control }: Control & { readonly name: string }): number =>
  Object.hasOwn(changeFields, name) ? 2 : Number(isLong(control));

/** Controls for fields, and their texts by the name of the field. */
export function inputsFor(fields: Fields, texts: Readonly<Record<string, string>>) {
  const made = Object.entries(fields)
    .map(([name, field]) => ({
      name,
      hint: HINTS[field.type] ?? "",
      ...controlOf(field, texts[name] ?? ""),
    }))
    .sort((one, other) => placeOf(one) - placeOf(other));
  const element = h(
    "div",
    { class: "record-fields" },
    made.map(({ name, hint, control, shown }) => {
      const label = labelled(`${columnLabel(name)}${hint}`, control, shown);
      label.title = name;
      if (isLong(control)) label.classList.add("wide");
      return label;
    }),
  );
  const read = (): Readonly<Record<string, string>> =>
    Object.fromEntries(made.map(({ name, control }) => [name, control.value]));
  return { element, read };
}
