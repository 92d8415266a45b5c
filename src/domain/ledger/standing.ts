import { type Entry, loansOf } from "./journal.ts";
import type { Accrued } from "./marks.ts";
import { type LedgerState, standingFor } from "./state.ts";

/**
 * What stands of an accrual's entry, by loan: as its corrections have left it. Empty once it is reversed, and for another
 * entry: none stands in an accrual's place.
 */
export function standingOf(state: LedgerState, entry: Entry): ReadonlyMap<string, Accrued> {
  const standing = new Map<string, Accrued>();
  for (const loan_id of loansOf(entry)) {
    const accrued = standingFor(state, loan_id, entry.value_date);
    // The day may be accrued again by another entry.
    const isOwn = accrued?.sequence === entry.sequence && accrued.position === entry.position;
    if (accrued && isOwn) standing.set(loan_id, accrued);
  }
  return standing;
}
