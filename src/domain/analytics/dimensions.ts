import type { ReportDimensions } from "../core/settings.ts";
import { creditorOn, type WantedAttributes } from "../position/attributes.ts";
import { clientOf } from "../position/facts.ts";
import type { Filters } from "../position/filters.ts";
import { byText } from "../position/order.ts";
import type { Examined } from "./examined.ts";
import { periodOf } from "./months.ts";
import type { Span } from "./span.ts";

/** The dimensions that every tenant has, besides the members of `info` that its settings name. */
export const DIMENSIONS = [
  "kind",
  "client_id",
  "country",
  "disbursed_month",
  "disbursed_quarter",
  "disbursed_year",
  "pledge_creditor",
  "insurer_name",
  "state",
  "bucket",
] as const;

/** A member of `info`, or of the client's. */
export interface MemberDimension {
  readonly of: "info" | "client_info";
  readonly member: string;
}

export type Dimension = (typeof DIMENSIONS)[number] | MemberDimension;

/** By what a report groups: nothing, one dimension, or two. */
export type Grouping = readonly Dimension[];

/** The value of a group; with two dimensions both. Null where there is none. */
export type Group = string | null | readonly (string | null)[];

/** The group of a disbursement. */
export function groupOf(one: Examined, grouping: Grouping, span: Span): Group {
  const [first, ...others] = grouping;
  if (first === undefined) return null;
  const value = valueIn(one, first, span);
  return others.length === 0 ? value : [value, ...others.map((dimension) => valueIn(one, dimension, span))];
}

function valueIn(one: Examined, dimension: Dimension, { from, to }: Span): string | null {
  const { attributes, loan } = one;
  if (typeof dimension === "object") return attributes[dimension.of].get(dimension.member) ?? null;
  switch (dimension) {
    case "kind":
      return loan.disbursement.kind;
    case "client_id":
      return clientOf(loan.disbursement);
    case "country":
      return attributes.country;
    case "disbursed_month":
    case "disbursed_quarter":
    case "disbursed_year":
      return periodOf(one.start, PERIOD_OF[dimension]);
    case "pledge_creditor":
      return creditorOn(attributes, to, one.calendar);
    case "insurer_name":
      return attributes.insurer_name;
    case "state":
      return one.positionAt(from).state;
    case "bucket":
      return one.positionAt(from).bucket;
  }
}

const PERIOD_OF = { disbursed_month: "month", disbursed_quarter: "quarter", disbursed_year: "year" } as const;

/** The order of groups: none first, then by text. */
export function byGroup(a: Group, b: Group): number {
  const [left, right] = [a, b].map((group) => (isPair(group) ? group : [group]));
  for (const [index, value] of (left ?? []).entries()) {
    const order = byValue(value, right?.[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

const isPair = (group: Group): group is readonly (string | null)[] =>
  typeof group === "object" && group !== null;

function byValue(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return byText(a, b);
}

/** What filters and grouping need. */
export function wantedBy(filters: Filters, grouping: Grouping = []): WantedAttributes {
  const grouped = (of: MemberDimension["of"]) =>
    grouping.flatMap((dimension) =>
      typeof dimension === "object" && dimension.of === of ? [dimension.member] : [],
    );
  const members = (of: MemberDimension["of"]) => [
    ...new Set([...Object.keys(filters[of] ?? {}), ...grouped(of)]),
  ];
  return {
    country: filters.country !== undefined || grouping.includes("country"),
    info: members("info"),
    client_info: members("client_info"),
  };
}

/** The first dimension that is wanted and that the tenant's settings do not name, as a query says it; null: all are named. */
export function unknownMember(
  wanted: WantedAttributes,
  { disbursement, client }: ReportDimensions,
): string | null {
  const own = wanted.info.find((member) => !disbursement.includes(member));
  if (own !== undefined) return `info.${own}`;
  const ofClient = wanted.client_info.find((member) => !client.includes(member));
  return ofClient === undefined ? null : `client_info.${ofClient}`;
}
