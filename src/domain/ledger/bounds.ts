import { INT64_MAX } from "../core/money.ts";
import type { Problem } from "../core/problem.ts";
import { loanChanges } from "./books.ts";
import type { Entry } from "./journal.ts";
import { firstDayBelow, LOAN_PART_NAMES, mostFrom } from "./loan-book.ts";
import { wouldOverdraw, wouldOverflow } from "./refusals.ts";
import { bookOf, type LedgerState } from "./state.ts";

/** The first balance of a loan that the entry would bring below zero or beyond 64 bits, on any day. */
export function brokenBound(state: LedgerState, entry: Entry): Problem | null {
  for (const [loan_id, changes] of loanChanges(entry)) {
    // A loan that follows its records takes only settlements, and none takes more than its origination put there.
    if (state.loans.get(loan_id)?.follows_records) continue;
    const book = bookOf(state, loan_id);
    for (const part of LOAN_PART_NAMES) {
      const change = changes[part];
      const below = firstDayBelow(book, part, entry.effective_at, -change);
      if (below !== null) return wouldOverdraw(loan_id, part, below);
      if (mostFrom(book, part, entry.effective_at) + change > INT64_MAX) return wouldOverflow(loan_id, part);
    }
  }
  return null;
}
