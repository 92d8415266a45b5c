import type { PositionsQuery } from "../contract/position/query.ts";
import { positionLineText } from "../contract/position/view.ts";
import { type Beside, besideOf } from "../domain/analytics/beside.ts";
import { wantedBy } from "../domain/analytics/dimensions.ts";
import { calendarOf } from "../domain/core/calendar.ts";
import type { OrderValues } from "../domain/core/lookup.ts";
import type { ReportDimensions } from "../domain/core/settings.ts";
import { ledgerLoanIds } from "../domain/core/uuid.ts";
import type { Day } from "../domain/position/days.ts";
import { concerns, fittingPosition } from "../domain/position/filters.ts";
import type { SelectableLoan } from "../domain/position/from-records.ts";
import type { AskedMeasure } from "../domain/position/measure.ts";
import type { Measure, Position } from "../domain/position/position.ts";
import { type Ready, ready } from "../domain/position/ready.ts";

import type { Database } from "../store/d1/session.ts";
import type { ListedLoans } from "../store/position/listed-loans.ts";
import { listedFromPacked } from "./packed-list.ts";
import { listedLoans, type Walked } from "./past-loans.ts";

/** What to list, as of a day that is known, and how to measure it. */
export type PositionListRequest = Omit<
  PositionsQuery,
  "limit" | "cursor" | "known_at" | keyof AskedMeasure
> & {
  readonly as_of_date: Day;
  readonly measure: Measure;
  readonly time_zone: string;
  /** With which facts are packed. */
  readonly dimensions: ReportDimensions;
  /** The sequence up to which the log is folded, null for the records as they are. */
  readonly known: number | null;
};

/** A page of a list of positions; each line is JSON text. */
export interface PositionPage {
  readonly kind: "page";
  readonly lines: readonly string[];
  /** Where the next page starts; null at the end. */
  readonly next: OrderValues | null;
  readonly listed_all: boolean;
  readonly from_sequence: number;
  readonly to_sequence: number;
}

interface Placed {
  readonly one: Ready;
  readonly position: Position;
  readonly beside: Beside;
}

/** The position of a loan that a list is to hold; null if the list's filters leave it out. */
export function listedPosition(
  { loan, attributes }: SelectableLoan,
  request: PositionListRequest,
): Placed | null {
  const { as_of_date: day, measure } = request;
  const one = ready(loan, calendarOf(request.time_zone));
  const selectable = { one, attributes };
  if (!concerns(selectable, request)) return null;
  const position = fittingPosition(selectable, day, { measure, filters: request });
  if (position === null) return null;
  const beside = besideOf({ one, position, day, measure }, request);
  return beside && { one, position, beside };
}

/** The lines of those loans that the list is to hold. */
export function linesOf(
  loans: readonly SelectableLoan[],
  request: PositionListRequest,
  tenant: string,
): string[] {
  const ledgerIds = ledgerLoanIds(tenant);
  const { as_of_date: day } = request;
  return loans.flatMap((loan) => {
    const listed = listedPosition(loan, request);
    if (!listed) return [];
    const { beside, ...line } = listed;
    return [positionLineText({ ...line, day, ledgerIds }, beside)];
  });
}

/** Some disbursements for a list, in the order of the ids. */
export const listedFor = (
  db: Database,
  tenant: string,
  ids: readonly string[],
  request: PositionListRequest,
): Promise<ListedLoans | "too_large"> =>
  request.known === null
    ? listedFromPacked(db, tenant, ids, request.dimensions)
    : listedLoans(db, tenant, ids, walkedBy(request));

/** What a list reads of each disbursement. */
export const walkedBy = (request: PositionListRequest): Walked => ({
  known: request.known,
  wanted: wantedBy(request),
});
