import { h } from "./dom.ts";

let made = 0;

/** Check boxes under one legend, and those that are checked. */
export function choices(
  legend: string,
  options: readonly (readonly [value: string, note?: string])[],
  chosen: readonly string[],
) {
  const boxes = options.map(([value, note]) => {
    made += 1;
    const id = `choice-${made}`;
    const box = h("input", { type: "checkbox", id, value, checked: chosen.includes(value) });
    const words = h(
      "label",
      { for: id },
      value,
      note !== undefined && h("span", { class: "note" }, ` ${note}`),
    );
    return { box, element: h("div", { class: "choice" }, box, words) };
  });
  const element = h(
    "fieldset",
    { class: "choices" },
    h("legend", {}, legend),
    boxes.map(({ element: one }) => one),
  );
  const checked = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  return { element, checked };
}
