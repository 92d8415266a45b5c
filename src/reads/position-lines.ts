import { stringifyJson } from "../contract/json.ts";
import type { PositionsQuery } from "../contract/position/query.ts";
import { positionLineView } from "../contract/position/view.ts";
import type { OrderValues } from "../domain/core/lookup.ts";
import { ledgerLoanIds } from "../domain/core/uuid.ts";
import type { Day } from "../domain/position/days.ts";
import type { DisbursementFacts, Loan } from "../domain/position/facts.ts";
import { type Position, positionAt, type Ready, ready } from "../domain/position/position.ts";

/** What to list, as of a day that is known. */
export type PositionListRequest = Omit<PositionsQuery, "limit" | "cursor" | "known_at"> & {
  readonly as_of_date: Day;
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
}

/** The position of a loan that a list is to hold; null if the list's filters leave it out. */
export function listedPosition(loan: Loan, request: PositionListRequest): Placed | null {
  if (!concerns(loan.disbursement, request)) return null;
  const one = ready(loan);
  const position = positionAt(one, request.as_of_date);
  const { bucket, state } = request;
  if (state !== undefined && state !== position.state) return null;
  if (bucket !== undefined && bucket !== position.bucket) return null;
  return { one, position };
}

function concerns(
  disbursement: DisbursementFacts,
  { client_id, kind, currency }: PositionListRequest,
): boolean {
  if (kind !== undefined && kind !== disbursement.kind) return false;
  if (currency !== undefined && currency !== disbursement.currency) return false;
  if (client_id === undefined || client_id === disbursement.client_id) return true;
  return disbursement.purchase_clients?.includes(client_id) ?? false;
}

/** The lines of those loans that the list is to hold. */
export function linesOf(loans: readonly Loan[], request: PositionListRequest, tenant: string): string[] {
  const ledgerIds = ledgerLoanIds(tenant);
  const { as_of_date: day } = request;
  return loans.flatMap((loan) => {
    const listed = listedPosition(loan, request);
    return listed ? [stringifyJson(positionLineView(listed.one, listed.position, day, ledgerIds))] : [];
  });
}
