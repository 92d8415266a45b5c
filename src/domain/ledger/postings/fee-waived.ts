import { err, ok } from "../../core/result.ts";
import { entryOf, isoTime } from "../entry.ts";
import { refusedLoan } from "../loan.ts";
import { leastFrom } from "../loan-book.ts";
import { exceedsFees } from "../refusals.ts";
import { bookOf, needFrom, type PostingType } from "../state.ts";

/** A checked `POST /v1/fee-waivers` (docs/api.md#ledger). */
interface FeeWaived {
  readonly type: "fee_waived";
  readonly loan_id: string;
  readonly borrower_id: string;
  /** 1 to 9223372036854775807. */
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly effective_at: string;
  readonly reason: string;
  readonly actor: string | null;
}

/** The lender forgoes fees that are owed. */
export const fee_waived: PostingType<FeeWaived> = {
  addNeeds: (needs, { loan_id, effective_at }) => needFrom(needs.loans, loan_id, effective_at),

  decide(state, command, stamp) {
    const { loan_id, borrower_id, currency, effective_at, amount_minor, actor } = command;
    const refused = refusedLoan(state, command);
    if (refused) return err(refused);
    const owed = leastFrom(bookOf(state, loan_id), "fees", effective_at);
    if (amount_minor > owed) return err(exceedsFees(owed, effective_at));
    const entry = entryOf(stamp, {
      event_type: "fee_waived",
      currency,
      effective_at,
      actor,
      description: command.reason,
      postings: [{ debit: "4200", credit: "1300", amount_minor, loan: { loan_id, borrower_id } }],
    });
    const answer = {
      waiver_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
};
