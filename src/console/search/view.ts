import type { SearchJson } from "../../contract/search/answers.ts";
import { href } from "../address.ts";
import { addressForm } from "../address-form.ts";
import { button, h, labelled } from "../dom.ts";
import { loading } from "../loading.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { addressOf, hitText, KIND_NAMES, KINDS, type Kind, searchFor } from "./hits.ts";

/** All hits of a text, kind by kind: `#/search?q=garcia`. */
export function searchView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const q = route.query.get("q") ?? "";
  main.append(
    h("div", { class: "heading" }, entitle("Search", true), queryForm(q)),
    q.trim() === "" ? h("p", { class: "note" }, "Type an id, a name or an amount.") : results(q, page),
  );
}

function queryForm(q: string): HTMLElement {
  const input = h("input", { type: "search", value: q, required: true, maxlength: 128, autocomplete: "off" });
  const controls = [labelled("Id, name or amount", input), h("button", {}, "Search")];
  return addressForm("Search again", controls, () => href(["search"], { q: input.value.trim() }));
}

/** The hits found so far, by kind; each page adds to them. */
function results(q: string, page: AbortSignal): HTMLElement {
  const lists = new Map<Kind, HTMLElement>();
  const place = h("div", { class: "part" });
  const more = (cursor: string | undefined): HTMLElement =>
    loading("the search", page, async ({ signal }) => {
      const answer = await searchFor(q, signal, cursor);
      if (!answer.ok) return answer;
      add(place, lists, answer.value);
      const { next_cursor: next } = answer.value;
      const none = lists.size === 0;
      const text = next === undefined ? (none ? "Nothing found." : "") : leftText(answer.value, none);
      const further = next === undefined ? null : button("Search further", () => end.replaceWith(more(next)));
      const end = h("p", { class: "note pager" }, h("span", {}, text), further);
      return { ok: true, value: [end] };
    });
  return h("div", { class: "part" }, place, more(undefined));
}

/** Says of which kinds records are left to examine. */
function leftText({ data }: SearchJson, none: boolean): string {
  const left = KIND_NAMES.filter((kind) => data[kind]?.has_more).map((kind) => KINDS[kind].toLowerCase());
  return `${none ? "Nothing found yet. " : ""}There are more ${left.join(", ")} to look through.`;
}

function add(place: HTMLElement, lists: Map<Kind, HTMLElement>, { data }: SearchJson): void {
  for (const kind of KIND_NAMES) {
    const hits = data[kind]?.hits ?? [];
    if (hits.length === 0) continue;
    const list = lists.get(kind) ?? h("ul", { class: "hits" });
    if (!lists.has(kind)) {
      lists.set(kind, list);
      const title = h("h2", { id: `found-${kind}` }, KINDS[kind]);
      place.append(h("section", { class: "card", "aria-labelledby": `found-${kind}` }, title, list));
    }
    for (const hit of hits) {
      list.append(h("li", {}, h("a", { class: "hit", href: addressOf(kind, hit) }, ...hitText(kind, hit))));
    }
  }
}
