import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { may } from "../caller.ts";
import { h, link } from "../dom.ts";
import { FORGOTTEN, sessionNumber } from "../session.ts";

/** Names that were read; null for a client without one. They are forgotten with the token. */
let names = new Map<string, string | null>();
/** The places that wait for a client's name, by its id. */
const places = new Map<string, HTMLElement[]>();
/** The ids that no reader has begun with, in the order in which they came into sight. */
const waiting: string[] = [];
const READERS_MAX = 4;
let readers = 0;
/** The session whose names these are: another reader must not see them. */
let session = sessionNumber();

function forget(): void {
  session = sessionNumber();
  names = new Map();
  places.clear();
  waiting.length = 0;
}

addEventListener(FORGOTTEN, forget);

/** Only names that a reader sees are read: a list may have thousands of rows. */
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting || !(target instanceof HTMLElement)) continue;
    sight.unobserve(target);
    ask(target.dataset.client ?? "", target);
  }
});

/** A client's id as a link, with the name beside it for a reader who may see it. */
export function clientLink(id: string): HTMLElement {
  const place = h("span", { class: "client-name", "data-client": id });
  if (session !== sessionNumber()) forget();
  if (may("records:read")) sight.observe(place);
  return h("span", {}, link(href(["client", id]), id), place);
}

/**
 * A space comes only with a name, so that a comma behind an id without one follows it directly. A name of another script leaves
 * the order of what stands around it: a space inside of it would be on its other side.
 */
function name(place: HTMLElement, found: string | null | undefined): void {
  if (found === null || found === undefined) place.replaceChildren();
  else place.replaceChildren(" ", h("bdi", {}, found));
}

function ask(id: string, place: HTMLElement): void {
  const known = names.get(id);
  if (known !== undefined) {
    name(place, known);
    return;
  }
  const others = places.get(id);
  if (others) {
    others.push(place);
    return;
  }
  places.set(id, [place]);
  waiting.push(id);
  if (readers < READERS_MAX) void readWaiting();
}

async function readWaiting(): Promise<void> {
  readers += 1;
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const begun = session;
    // The view may have gone meanwhile.
    const seen = places.get(id)?.some(({ isConnected }) => isConnected) ?? false;
    const found = seen ? await nameOf(id) : undefined;
    if (begun !== sessionNumber()) continue;
    if (found !== undefined) names.set(id, found);
    for (const place of places.get(id) ?? []) name(place, found);
    places.delete(id);
  }
  readers -= 1;
}

/** Undefined where it could not be read: the id stays without a name, and a later view asks again. */
async function nameOf(id: string): Promise<string | null | undefined> {
  const path = pathOf(["api", "tables", "clients", id]);
  const answer = await get<{ readonly data: { readonly name?: unknown; readonly erased_at?: unknown } }>(
    path,
    new AbortController().signal,
  );
  if (!answer.ok) return answer.problem.code === "not_found" ? null : undefined;
  const { name, erased_at } = answer.value.data;
  if (typeof name === "string") return name;
  return typeof erased_at === "string" ? "(erased)" : null;
}
