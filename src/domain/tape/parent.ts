import type { FieldError } from "../core/problem.ts";
import type { Disbursement } from "./fields.ts";
import { isLive, refuse } from "./record.ts";
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

/** The refusal of a child whose parent is missing or deleted (docs/api.md#ingest: "validation errors"). */
export function unknownParent(id: string): FieldError {
  const message = `names the disbursement ${JSON.stringify(id)}, which does not exist; create it first`;
  return refuse("disbursement_id", "unknown_reference", message);
}
