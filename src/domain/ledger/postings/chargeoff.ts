import { err, ok } from "../../core/result.ts";
import { entryOf, isoTime } from "../entry.ts";
import { refusedLoan } from "../loan.ts";
import { nothingOwed } from "../refusals.ts";
import { bookOf, needFrom, type PostingType } from "../state.ts";
import { allOwed, allocate, payOff } from "../waterfall.ts";

/** A checked `POST /v1/charge-offs` (docs/api.md#ledger). */
interface ChargeOff {
  readonly type: "chargeoff";
  readonly loan_id: string;
  readonly borrower_id: string;
  readonly currency: string;
  readonly effective_at: string;
  readonly reason: string;
  readonly actor: string | null;
}

/** The lender gives the loan up: all that the borrower owes becomes a loss. */
export const chargeoff: PostingType<ChargeOff> = {
  addNeeds: (needs, { loan_id, effective_at }) => needFrom(needs.loans, loan_id, effective_at),

  decide(state, command, stamp) {
    const { loan_id, borrower_id, currency, effective_at, actor } = command;
    const refused = refusedLoan(state, command);
    if (refused) return err(refused);
    const book = bookOf(state, loan_id);
    const owed = allOwed(book, effective_at);
    if (owed === 0n) return err(nothingOwed(effective_at));
    const charged = allocate(book, effective_at, owed);
    const entry = entryOf(stamp, {
      event_type: "chargeoff",
      currency,
      effective_at,
      actor,
      description: command.reason,
      postings: payOff("5100", charged, { loan_id, borrower_id }),
    });
    const answer = {
      chargeoff_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      charged_off: {
        principal_minor: charged.principal.toString(),
        interest_minor: charged.interest.toString(),
        fees_minor: charged.fees.toString(),
      },
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
};
