import type { Stamp } from "../core/event.ts";
import type { Problem } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import { bankErrors } from "./bank.ts";
import { entryOf } from "./entry.ts";
import type { Entry, Posting } from "./journal.ts";
import { markKey } from "./marks.ts";
import { alreadyReversed, alreadySettled, notSettleable, tooEarly, unknownEntry } from "./refusals.ts";
import type { LedgerState } from "./state.ts";

/** How one entry is settled. */
export interface Settling {
  readonly disbursement_entry_id: string;
  readonly effective_at: string;
  readonly bank_account_ref: string;
  readonly external_ref: string | null;
}

/** The entry that settles another one, with its place among the event's entries where it has one. */
export function settlementEntry(
  state: LedgerState,
  { disbursement_entry_id: id, effective_at, bank_account_ref, external_ref }: Settling,
  stamp: Stamp,
  own: Pick<Entry, "actor"> & Partial<Entry>,
): Result<Entry, Problem> {
  const disbursed = state.entries.get(id);
  if (!disbursed) return err(unknownEntry(id));
  const conflict = conflictOf(state, disbursed);
  if (conflict) return err(conflict);
  if (effective_at < disbursed.effective_at) return err(tooEarly(disbursed.effective_at));
  const tooMany = bankErrors(state, bank_account_ref);
  if (tooMany) return err(tooMany);
  const entry = entryOf(stamp, {
    event_type: "disbursement_settled",
    currency: disbursed.currency,
    effective_at,
    correlation_id: disbursed.correlation_id,
    settles_entry_id: disbursed.journal_entry_id,
    bank_account_ref,
    external_ref: external_ref ?? recordOf(state, disbursed),
    description: "Disbursement settled",
    postings: promisedBy(disbursed).map(({ amount_minor, loan }) => ({
      debit: "2100",
      credit: "1000",
      amount_minor,
      loan,
    })),
    ...own,
  });
  return ok(entry);
}

/** The postings of an entry that promise money. */
const promisedBy = ({ postings }: Entry): readonly Posting[] =>
  postings.filter(({ credit }) => credit === "2100");

/** The disbursement id of a loan that follows its records: its entries have it as `external_ref`. */
function recordOf(state: LedgerState, { postings, external_ref }: Entry): string | null {
  const isKept = postings.some(({ loan }) => loan && state.loans.get(loan.loan_id)?.follows_records);
  return isKept ? external_ref : null;
}

function conflictOf(state: LedgerState, entry: Entry): Problem | null {
  const { journal_entry_id: id, event_type } = entry;
  if (event_type === "reversal" || promisedBy(entry).length === 0) return notSettleable(id);
  if (state.reversed.has(id)) return alreadyReversed(id);
  const isSettled = state.marks.has(markKey({ kind: "settlement", disbursement_entry_id: id }));
  return isSettled ? alreadySettled(id) : null;
}
