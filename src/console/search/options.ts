import type { SearchJson } from "../../contract/search/answers.ts";
import { href } from "../address.ts";
import { announce } from "../announce.ts";
import { type Child, h, on } from "../dom.ts";
import { plural } from "../format.ts";
import { go } from "../route.ts";
import { addressOf, hitText, KIND_NAMES, KINDS } from "./hits.ts";

const LIST = "search-options";
/** Hits of a kind that the list shows; the page of all hits shows the others. */
const HITS_OF_A_KIND = 5;

/** The list below the box. */
export interface Options {
  readonly element: HTMLElement;
  /** Shows what a text found; the first hit is chosen. */
  readonly show: (text: string, found: SearchJson) => void;
  readonly fail: (reason: string) => void;
  readonly close: () => void;
  readonly isOpen: () => boolean;
  /** Chooses the next option (1) or the one before (-1), round and round. */
  readonly move: (by: 1 | -1) => void;
  /** The address of the chosen option. */
  readonly chosen: () => string | null;
}

/** The options of a combo box: a list box whose groups are the kinds (ARIA 1.2). The focus stays in the input. */
export function optionList(input: HTMLInputElement): Options {
  const list = h("div", { id: LIST, class: "options", role: "listbox", "aria-label": "Hits", hidden: true });
  let options: readonly HTMLElement[] = [];
  let at = -1;
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-controls", LIST],
    ["aria-expanded", "false"],
  ] as const)
    input.setAttribute(name, value);

  const choose = (index: number): void => {
    options[at]?.setAttribute("aria-selected", "false");
    at = index;
    const option = options[at];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const open = (groups: readonly HTMLElement[], words: string): void => {
    list.replaceChildren(...groups);
    list.hidden = groups.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    options = [...list.querySelectorAll<HTMLElement>("[role=option]")];
    if (words !== "") announce(words);
    choose(options.length > 0 ? 0 : -1);
  };
  return {
    element: list,
    show: (text, found) => {
      const [groups, number] = groupsOf(found);
      const all = option("all", href(["search"], { q: text }), [`All results for “${text}”`]);
      open([...groups, all], number === 0 ? "No hits so far." : `${plural(String(number), "hit")}.`);
    },
    fail: (reason) => open([], reason),
    close: () => open([], ""),
    isOpen: () => !list.hidden,
    move: (by) => choose((at + by + options.length) % options.length),
    chosen: () => options[at]?.dataset.address ?? null,
  };
}

function groupsOf({ data }: SearchJson): readonly [groups: readonly HTMLElement[], hits: number] {
  let number = 0;
  const groups = KIND_NAMES.flatMap((kind) => {
    const hits = data[kind]?.hits.slice(0, HITS_OF_A_KIND) ?? [];
    number += hits.length;
    if (hits.length === 0) return [];
    const title = h("div", { class: "options-title", id: `options-${kind}` }, KINDS[kind]);
    const made = hits.map((hit, index) =>
      option(`${kind}-${index}`, addressOf(kind, hit), hitText(kind, hit)),
    );
    return [h("div", { role: "group", "aria-labelledby": title.id }, title, ...made)];
  });
  return [groups, number];
}

function option(name: string, address: string, content: readonly Child[]): HTMLElement {
  const made = h(
    "div",
    { id: `option-${name}`, class: "hit", role: "option", "aria-selected": "false", "data-address": address },
    ...content,
  );
  return on(made, {
    // The box must not lose the focus, or the list would close before the click.
    mousedown: (event) => event.preventDefault(),
    click: () => go(address),
  });
}
