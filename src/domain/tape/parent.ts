import type { Disbursement } from "./fields.ts";
import { isLive } from "./record.ts";
import type { RecordState, Stored } from "./state.ts";

/** The disbursement of a child. A new child needs a live one; a child that exists keeps a parent deleted by now. */
export function parentOf(
  state: RecordState,
  child: object | null,
  disbursement_id: string,
): Disbursement | null {
  const parent = state.disbursement.get(disbursement_id);
  return parent && (child || isLive(parent)) ? parent.record : null;
}

/** The disbursement of a child, if it is older than the child and had the same client since then; else null. */
export function parentOfOneHand(
  state: RecordState,
  child: Stored<unknown>,
  disbursement_id: string,
): Disbursement | null {
  const parent = state.disbursement.get(disbursement_id);
  const isOlder = parent !== undefined && parent.created_seq <= child.created_seq;
  return isOlder && !parent.record.changed_hands ? parent.record : null;
}

/** The client of a loan, or the only one of a purchase. */
export function soleClient({
  client_id,
  purchase_clients,
}: Pick<Disbursement, "client_id" | "purchase_clients">): string | null {
  const [first = null, ...others] = purchase_clients ?? [];
  return client_id ?? (others.length === 0 ? first : null);
}
