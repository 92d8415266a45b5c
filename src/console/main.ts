import { href, type ViewName, viewNamed } from "./address.ts";
import { holdFocus } from "./address-form.ts";
import { analyticsView } from "./analytics/view.ts";
import { booksView } from "./books/view.ts";
import { currentCaller, learnCaller } from "./caller.ts";
import { clientView } from "./client/view.ts";
import { disbursementView } from "./disbursement/view.ts";
import { h } from "./dom.ts";
import { loading, type Task } from "./loading.ts";
import { portfolioView } from "./portfolio/view.ts";
import { qualityView } from "./quality/view.ts";
import { currentRoute, type Route } from "./route.ts";
import { searchView } from "./search/view.ts";
import { FORGOTTEN, sessionToken, takeTokenFromAddress } from "./session.ts";
import { settingsView } from "./settings/view.ts";
import { entitle, renderBare, renderShell } from "./shell.ts";
import { endSignIn, isReturning } from "./sign-in/flow.ts";
import { learnSignIn } from "./sign-in/settings.ts";
import { tablesView } from "./tables/view.ts";
import { tokenForm } from "./token-form.ts";

type View = (main: HTMLElement, route: Route, page: AbortSignal) => void;

const VIEWS: Readonly<Record<ViewName, View>> = {
  portfolio: portfolioView,
  disbursement: disbursementView,
  client: clientView,
  analytics: analyticsView,
  quality: qualityView,
  books: booksView,
  settings: settingsView,
  tables: tablesView,
  search: searchView,
};

/** Aborts what the previous view still loads and draws. */
let page = new AbortController();

/** Shows the view of the address, or asks for a token first. */
function show(): void {
  const giveFocusBack = holdFocus();
  page.abort();
  page = new AbortController();
  if (sessionToken() === null) {
    void askForToken(page.signal);
    return;
  }
  void learnSignIn();
  const route = currentRoute();
  const [name = "portfolio"] = route.segments;
  const main = renderShell(name);
  const view = viewNamed(name);
  if (currentCaller() === null) {
    main.append(entitle("Console", true), loading("the settings", page.signal, learnThenShow));
    return;
  }
  // After the heading, which takes the focus of a new view.
  queueMicrotask(() => queueMicrotask(giveFocusBack));
  if (view) VIEWS[view](main, route, page.signal);
  else
    main.append(
      entitle("No such view", true),
      h("p", {}, h("a", { href: href(["portfolio"]) }, "Portfolio")),
    );
}

/** Why the reader has no token after a sign-in; said once. */
let refused: string | null = null;

async function askForToken(page: AbortSignal): Promise<void> {
  const unknown = await learnSignIn();
  if (page.aborted) return;
  const fault = refused ?? (unknown === null ? null : `Sign-in is not available: ${unknown}.`);
  refused = null;
  renderBare().append(tokenForm(show, fault));
}

async function learnThenShow({ signal }: Task) {
  const learnt = await learnCaller(signal);
  if (learnt.ok && !signal.aborted) show();
  return learnt;
}

// Must come first: no request may be sent while the token is in the address.
takeTokenFromAddress();
if (isReturning()) {
  renderBare().append(h("p", { class: "note", role: "status" }, "Signing in …"));
  refused = await endSignIn();
}
show();
addEventListener(FORGOTTEN, show);
addEventListener("hashchange", () => {
  takeTokenFromAddress();
  show();
});
