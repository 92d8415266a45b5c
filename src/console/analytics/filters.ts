import { BUCKETS, STATES } from "../../domain/position/state.ts";
import type { Query } from "../address.ts";
import { capitalized, words } from "../format.ts";

/** A filter that takes values, by its name in the API (docs/analytics.md#filters). */
interface ValueFilter {
  readonly label: string;
  /** All of its values, where they are few. */
  readonly values?: readonly string[];
  /** Whether it can ask for those that have none. */
  readonly nullable?: true;
}

const VALUE_FILTERS: Readonly<Record<string, ValueFilter>> = {
  kind: { label: "Kind", values: ["loan", "purchase"] },
  currency: { label: "Currency" },
  client_id: { label: "Client", nullable: true },
  country: { label: "Country", nullable: true },
  state: { label: "State", values: STATES },
  bucket: { label: "Bucket", values: BUCKETS, nullable: true },
  pledge_creditor: { label: "Pledge creditor", nullable: true },
  insurer_name: { label: "Insurer", nullable: true },
};

const MEMBER = /^(info|client_info)\.(.+)$/s;

/** The filter of that name; undefined for other members of an address. */
export function filterNamed(name: string): ValueFilter | undefined {
  if (Object.hasOwn(VALUE_FILTERS, name)) return VALUE_FILTERS[name];
  return MEMBER.test(name) ? { label: dimensionLabel(name), nullable: true } : undefined;
}

/** The filters that a view offers: all, with the tenant's dimensions, but what the view chooses by itself. */
export const filterNames = (
  dimensions: readonly string[],
  except: readonly string[] = [],
): readonly string[] =>
  [...Object.keys(VALUE_FILTERS), ...dimensions].filter((name) => !except.includes(name));

const LABELS: Readonly<Record<string, string>> = {
  disbursed_month: "Month of disbursement",
  disbursed_quarter: "Quarter of disbursement",
  disbursed_year: "Year of disbursement",
};

/** The words for a dimension, as a filter and as a group. */
export function dimensionLabel(name: string): string {
  const [, of, member] = MEMBER.exec(name) ?? [];
  if (member !== undefined) return of === "info" ? member : `${member} (client)`;
  return VALUE_FILTERS[name]?.label ?? LABELS[name] ?? capitalized(words(name));
}

/** What the filters of an address ask for. */
export interface AskedFilters {
  readonly values: readonly (readonly [name: string, value: string])[];
  /** The first and the last day of disbursement; empty for none. */
  readonly from: string;
  readonly to: string;
}

/** Reads the filters of an address; what is no filter, or not of this view, stays out. */
export function filtersOf(query: URLSearchParams, except: readonly string[] = []): AskedFilters {
  const values = [...query].filter(([name]) => filterNamed(name) !== undefined && !except.includes(name));
  return { values, from: query.get("disbursed_from") ?? "", to: query.get("disbursed_to") ?? "" };
}

/** The filters as the API's parameters; an address has the same names. */
export function filterQuery({ values, from, to }: AskedFilters): Query {
  const query: Record<string, string[]> = {};
  for (const [name, value] of values) {
    query[name] ??= [];
    if (!query[name].includes(value)) query[name].push(value);
  }
  return { ...query, disbursed_from: from, disbursed_to: to };
}

/** The members of an address that the control of its moment sets. */
const MOMENT = ["as_of", "against", "known_at"];

/** Every member of an address but its filters. */
export function withoutFilters(query: URLSearchParams, except: readonly string[] = []): Query {
  const isFilter = (name: string) => filterNamed(name) !== undefined && !except.includes(name);
  return kept(query, (name) => !isFilter(name) && name !== "disbursed_from" && name !== "disbursed_to");
}

/** The members of an address that a control leaves as they are. */
export function kept(query: URLSearchParams, isKept: (name: string) => boolean): Query {
  // Anyone can write an address, so a name may be one that every object has.
  const names = new Set([...query.keys()].filter(isKept));
  return Object.fromEntries([...names].map((name) => [name, query.getAll(name)]));
}

/** All of an address but its moment. */
export const keptBesideMoment = (query: URLSearchParams): Query =>
  kept(query, (name) => !MOMENT.includes(name));

/** One filter in words; an empty value asks for those without one. */
export function filterText(name: string, value: string): string {
  const label = filterNamed(name)?.label ?? name;
  return value === "" ? `${label}: none` : `${label} is ${words(value)}`;
}

/** The days of disbursement in words; null where none is asked for. */
export function daysText({ from, to }: AskedFilters): string | null {
  if (from !== "" && to !== "") return `Disbursed ${from} to ${to}`;
  if (from !== "") return `Disbursed from ${from}`;
  return to === "" ? null : `Disbursed up to ${to}`;
}
