import { href } from "./address.ts";
import { h } from "./dom.ts";

/** The parts of a view as links; the present one is marked. */
export function tabs(
  label: string,
  view: string,
  parts: readonly (readonly [name: string, label: string])[],
  current: string,
): HTMLElement {
  const items = parts.map(([name, text]) =>
    h("a", { href: href([view, name]), "aria-current": name === current ? "page" : undefined }, text),
  );
  return h("nav", { class: "tabs", "aria-label": label }, items);
}
