import type { Day } from "../core/dates.ts";
import { type Attributes, creditorOn } from "./attributes.ts";
import { clientOf, type DisbursementFacts } from "./facts.ts";
import type { OpenInfo } from "./open-info.ts";
import { type Measure, type Position, positionAt } from "./position.ts";
import type { Ready } from "./ready.ts";
import type { Bucket, State } from "./state.ts";

/** The values of which one must fit, for each member. */
export type MemberFilters = Readonly<Record<string, readonly (string | null)[]>>;

/**
 * Which disbursements a question is about (docs/analytics.md#filters): each member holds the values of which one must
 * fit, and all members must fit. Null stands for no value.
 */
export interface Filters {
  readonly kind?: readonly DisbursementFacts["kind"][] | undefined;
  readonly currency?: readonly string[] | undefined;
  readonly client_id?: readonly (string | null)[] | undefined;
  readonly country?: readonly (string | null)[] | undefined;
  readonly state?: readonly State[] | undefined;
  readonly bucket?: readonly (Bucket | null)[] | undefined;
  readonly pledge_creditor?: readonly (string | null)[] | undefined;
  readonly insurer_name?: readonly (string | null)[] | undefined;
  /** By member of `info`, and of the client's. */
  readonly info?: MemberFilters | undefined;
  readonly client_info?: MemberFilters | undefined;
  /** The first and the last day on which a disbursement starts. */
  readonly disbursed_from?: Day | undefined;
  readonly disbursed_to?: Day | undefined;
}

/** A disbursement as reports select it. */
export interface Selectable {
  readonly one: Ready;
  readonly attributes: Attributes;
}

/** The filters that do not depend on a day. */
export function concerns({ one, attributes }: Selectable, filters: Filters): boolean {
  const { disbursement } = one.loan;
  const { disbursed_from = one.start, disbursed_to = one.start } = filters;
  return (
    isAmong(filters.kind, disbursement.kind) &&
    isAmong(filters.currency, disbursement.currency) &&
    isOfClient(disbursement, filters.client_id) &&
    isAmong(filters.country, attributes.country) &&
    isAmong(filters.insurer_name, attributes.insurer_name) &&
    areAmong(filters.info, attributes.info) &&
    areAmong(filters.client_info, attributes.client_info) &&
    disbursed_from <= one.start &&
    one.start <= disbursed_to
  );
}

/** The position on a day of a disbursement that `filters` concern; null where they leave it out on that day. */
export function fittingPosition(
  selectable: Selectable,
  day: Day,
  { measure, filters }: { readonly measure: Measure; readonly filters: Filters },
): Position | null {
  if (!isPledged(selectable, day, filters)) return null;
  const position = positionAt(selectable.one, day, measure);
  return isIn(position, filters) ? position : null;
}

/** The creditor to whom a disbursement is pledged on a day. */
export const isPledged = ({ one, attributes }: Selectable, day: Day, filters: Filters): boolean =>
  isAmong(filters.pledge_creditor, creditorOn(attributes, day, one.calendar));

/** The filters by what a disbursement is on a day. */
export const isIn = ({ state, bucket }: Position, filters: Filters): boolean =>
  isAmong(filters.state, state) && isAmong(filters.bucket, bucket);

function isAmong<T>(values: readonly T[] | undefined, value: T): boolean {
  return values === undefined || values.includes(value);
}

const areAmong = (filters: MemberFilters = {}, values: OpenInfo): boolean =>
  Object.entries(filters).every(([member, wanted]) => isAmong(wanted, values.get(member) ?? null));

/** A purchase is found by any of its clients. */
function isOfClient(disbursement: DisbursementFacts, ids: Filters["client_id"]): boolean {
  return (
    isAmong(ids, clientOf(disbursement)) ||
    (disbursement.purchase_clients ?? []).some((client_id) => isAmong(ids, client_id))
  );
}
