import type { Disbursement } from "./fields.ts";
import { isLive } from "./record.ts";
import type { RecordState } from "./state.ts";

/** The disbursement of a child. A new child needs a live one; a child that exists keeps a parent deleted by now. */
export function parentOf(
  state: RecordState,
  child: object | null,
  disbursement_id: string,
): Disbursement | null {
  const parent = state.disbursement.get(disbursement_id);
  return parent && (child || isLive(parent)) ? parent.record : null;
}
