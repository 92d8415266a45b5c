import { h } from "./dom.ts";

/** A part that can be loaded again, after a change. */
export function reloadable(make: (again: () => void) => HTMLElement) {
  const place = h("div", { class: "part" });
  const again = (): void => place.replaceChildren(make(again));
  again();
  return { element: place, again };
}
