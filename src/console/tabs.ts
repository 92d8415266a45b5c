import { href, type Query } from "./address.ts";
import { h } from "./dom.ts";

/** The part of a view that is shown, and the part of its address that goes along to the others. */
interface ShownPart {
  readonly name: string;
  readonly query?: Query;
}

/** The parts of a view as links; the present one is marked. */
export function tabs(
  label: string,
  view: string,
  parts: readonly (readonly [name: string, label: string])[],
  shown: ShownPart,
): HTMLElement {
  const items = parts.map(([name, text]) =>
    h(
      "a",
      { href: href([view, name], shown.query), "aria-current": name === shown.name ? "page" : undefined },
      text,
    ),
  );
  return tabList(label, items);
}

/** Links in one line; on a narrow page it scrolls, to the present one at first. */
function tabList(label: string, items: readonly HTMLElement[]): HTMLElement {
  const list = h("nav", { class: "tabs", "aria-label": label }, items);
  requestAnimationFrame(() => {
    const current = items.find((item) => item.hasAttribute("aria-current"));
    if (current) list.scrollLeft = current.offsetLeft - (list.clientWidth - current.offsetWidth) / 2;
  });
  return list;
}
