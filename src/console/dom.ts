/** What an element may hold; a string always becomes a text node, never markup. */
export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Handlers = { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

/** Attributes by name: `true` sets an empty one, `false` and undefined omit it. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Creates an element. Nothing here parses HTML, so no value of a record can become markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes & { readonly on?: never } = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/** Adds listeners to an element and returns it. */
export function on<E extends HTMLElement>(element: E, handlers: Handlers): E {
  for (const [type, handler] of Object.entries(handlers)) {
    element.addEventListener(type, handler as EventListener);
  }
  return element;
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.append(child instanceof Node ? child : String(child));
  }
}

/** A button that does something on this page. */
export function button(label: Child, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
  return on(h("button", { type: "button", ...attributes }, label), { click: onClick });
}

/** A link; `href` comes from route.ts or is a path of this origin. */
export const link = (href: string, ...children: readonly Child[]): HTMLAnchorElement =>
  h("a", { href }, ...children);

let controls = 0;

/** A form control under its label; `shown` is what holds the control, where it has more parts. */
export function labelled(label: string, control: HTMLElement, shown = control): HTMLElement {
  controls += 1;
  control.id = `control-${controls}`;
  return h("div", { class: "control" }, h("label", { for: control.id }, label), shown);
}

const narrow = matchMedia("(max-width: 760px)");

narrow.addEventListener("change", () => {
  for (const fold of document.querySelectorAll<HTMLDetailsElement>(".fold")) fold.open = !narrow.matches;
});

/** Controls that a phone folds below one line, which says what they are set to. */
export function foldable(summary: string, controls: HTMLElement): HTMLElement {
  return h("details", { class: "fold", open: !narrow.matches }, h("summary", {}, summary), controls);
}

export function select(
  options: readonly (readonly [value: string, label: string])[],
  chosen: string,
): HTMLSelectElement {
  const made = options.map(([value, label]) => h("option", { value, selected: value === chosen }, label));
  return h("select", {}, made);
}

/** A table that scrolls by itself on a narrow page. It is reachable by keyboard, and named for a screen reader. */
export function scrolling(label: string, table: HTMLTableElement): HTMLElement {
  return h("div", { class: "scroll", role: "group", "aria-label": label, tabindex: 0 }, table);
}
