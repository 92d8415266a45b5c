import type { HitJson, SearchJson } from "../../contract/search/answers.ts";
import { href, pathOf } from "../address.ts";
import { type Fetched, get } from "../api.ts";
import { type Child, h } from "../dom.ts";
import { amountText, dateText, words } from "../format.ts";

/** The kinds of hits, in the order in which they are shown. */
export const KINDS = {
  clients: "Clients",
  disbursements: "Disbursements",
  payments: "Payments",
  operations: "Operations",
  entries: "Journal entries",
} as const;
export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];

/** Asks the API; `cursor` searches further. */
export const searchFor = (q: string, signal: AbortSignal, cursor?: string): Promise<Fetched<SearchJson>> =>
  get<SearchJson>(pathOf(["api", "search"], { q, cursor }), signal);

/** The view of a hit. */
export function addressOf(kind: Kind, { id }: HitJson): string {
  if (kind === "disbursements") return href(["disbursement", id]);
  if (kind === "clients") return href(["client", id]);
  if (kind === "entries") return href(["books", "entry", id]);
  return href(["tables", kind, id]);
}

/** What a reader tells hits apart by: id and label, and in a second line the rest. */
export function hitText(kind: Kind, hit: HitJson): readonly Child[] {
  const { id, label, amount, currency, date, client_name, disbursement_id } = hit;
  const named = kind === "clients" ? label : words(label);
  const name = kind === "clients" ? null : client_name;
  const rest: readonly Child[] = [
    named === id ? null : named,
    // A name of another script leaves the order of what stands around it.
    name && h("bdi", {}, name),
    kind === "disbursements" ? null : disbursement_id,
    date && h("time", {}, dateText(date).slice(0, 10)),
  ].filter(Boolean);
  return [
    h("span", { class: "hit-id" }, id),
    h("span", { class: "hit-amount" }, amount !== null && `${amountText(amount, currency)} ${currency}`),
    h(
      "span",
      { class: "hit-label" },
      rest.flatMap((part, index) => (index === 0 ? [part] : [" · ", part])),
    ),
  ];
}
