import { LOOKUP_TABLES } from "../../contract/lookup/tables.ts";
import { href } from "../address.ts";
import { h } from "../dom.ts";
import { capitalized, words } from "../format.ts";

/** Every table of the catalogue, as links. */
export function tableList(current: string): HTMLElement {
  const items = LOOKUP_TABLES.map(({ name }) =>
    h(
      "a",
      { href: href(["tables", name]), "aria-current": name === current ? "page" : undefined },
      capitalized(words(name)),
    ),
  );
  return h("nav", { class: "tabs", "aria-label": "Tables" }, items);
}
