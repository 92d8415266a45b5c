import type { Scope } from "../contract/scopes.ts";
import { href, type Query } from "./address.ts";
import { announcer } from "./announce.ts";
import { currentCaller, may } from "./caller.ts";
import { button, h, link, on } from "./dom.ts";
import { currentRoute } from "./route.ts";
import { searchBox } from "./search/box.ts";
import { forgetToken, isRenewed } from "./session.ts";

const main = h("main", { id: "main", tabindex: -1 });

/** The views of the header; one that names scopes is shown to readers who have one of them. */
const VIEWS: readonly (readonly [name: string, label: string, ...scopes: readonly Scope[]])[] = [
  ["portfolio", "Portfolio"],
  ["analytics", "Analytics", "positions:read", "records:read"],
  ["quality", "Quality"],
  ["books", "Books", "hpts:ledger:read", "hpts:balances:read", "hpts:reconciliation:read"],
  ["tables", "Tables"],
  ["settings", "Settings", "settings:write", "webhooks:manage", "hpts:adjustments:write", "keys:manage"],
];

/** The member of the address of a view that holds the currency shown. */
const CURRENCY_IN: Readonly<Record<string, string>> = { portfolio: "currency", analytics: "shown" };

let currency: string | undefined;

/** Remembers the currency that the reader chose last. */
function noteCurrency(): void {
  const { segments, query } = currentRoute();
  const member = CURRENCY_IN[segments[0] ?? ""];
  currency = (member === undefined ? null : query.get(member)) ?? currency;
}

/** The links of the header take it along, so that each address says what it shows. */
function currencyFor(view: string): Query {
  const member = CURRENCY_IN[view];
  return member === undefined ? {} : { [member]: currency };
}

function skipLink(): HTMLElement {
  return on(link("#main", "Skip to the content"), {
    // The fragment is the address of the view, so the link moves the focus itself.
    click: (event) => {
      event.preventDefault();
      main.focus();
    },
  });
}

/** On a phone the header is one line, and this opens the rest of it. */
function menuButton(): HTMLElement {
  const made: HTMLButtonElement = button(
    "☰",
    () => {
      const isOpen = made.parentElement?.classList.toggle("open") ?? false;
      made.setAttribute("aria-expanded", String(isOpen));
    },
    { class: "menu", "aria-label": "Menu", "aria-expanded": "false", "aria-controls": "views" },
  );
  return made;
}

/** The page around a view, for a reader with a token. */
export function renderShell(view: string): HTMLElement {
  const caller = currentCaller();
  const until = caller?.expires_at?.slice(0, 16).replace("T", " ");
  const access = isRenewed() ? "signed in" : until !== undefined && `access until ${until} UTC`;
  const shown = VIEWS.filter(([, , ...scopes]) => scopes.length === 0 || may(...scopes));
  noteCurrency();
  const items = shown.map(([name, label]) =>
    h(
      "a",
      { href: href([name], currencyFor(name)), "aria-current": name === view ? "page" : undefined },
      label,
    ),
  );
  document.body.replaceChildren(
    skipLinkIn(),
    h(
      "header",
      { class: "top" },
      menuButton(),
      h("p", { class: "brand" }, link("/", "Loan Ledger")),
      h("nav", { id: "views", "aria-label": "Views" }, items),
      searchBox(),
      h(
        "div",
        { class: "who" },
        caller && h("span", { class: "tenant" }, caller.tenant_id),
        access && h("span", { class: "note" }, access),
        button(isRenewed() ? "Sign out" : "Forget token", forgetToken, { class: "quiet", title: access }),
      ),
    ),
    main,
    announcer,
  );
  main.replaceChildren();
  return main;
}

/** The page for a reader without a token. */
export function renderBare(): HTMLElement {
  document.body.replaceChildren(main, announcer);
  main.replaceChildren();
  return main;
}

function skipLinkIn(): HTMLElement {
  const skip = skipLink();
  skip.className = "skip";
  return skip;
}

/** Sets the title of the tab and the heading, and moves the focus to the heading. */
export function entitle(title: string, focus: boolean): HTMLElement {
  document.title = `${title} · Loan Ledger`;
  const heading = h("h1", { tabindex: -1 }, title);
  // The focus moves only after the heading is in the document.
  if (focus) queueMicrotask(() => heading.focus({ preventScroll: true }));
  return heading;
}

/** A title with a button that prints the page. */
export const printableTitle = (title: string): HTMLElement =>
  h(
    "div",
    { class: "titled" },
    entitle(title, true),
    button("Print", () => print(), { class: "quiet" }),
  );
