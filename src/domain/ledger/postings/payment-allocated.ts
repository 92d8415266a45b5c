import { err, ok } from "../../core/result.ts";
import { entryOf, isoTime } from "../entry.ts";
import { refusedLoan } from "../loan.ts";
import { leastFrom } from "../loan-book.ts";
import { exceedsSuspense } from "../refusals.ts";
import { bookOf, needFrom, type PostingType } from "../state.ts";
import { allocate, allocationView, allPayable, payOff } from "../waterfall.ts";

/** A checked `POST /v1/suspense-applications` (docs/api.md#ledger). */
interface PaymentAllocated {
  readonly type: "payment_allocated";
  readonly loan_id: string;
  readonly borrower_id: string;
  readonly currency: string;
  readonly effective_at: string;
  /** Null means as much as can be applied. */
  readonly amount_minor: bigint | null;
  readonly actor: string | null;
}

/** Money in suspense pays what the borrower owes, and then what the lender lost. */
export const payment_allocated: PostingType<PaymentAllocated> = {
  addNeeds: (needs, { loan_id, effective_at }) => needFrom(needs.loans, loan_id, effective_at),

  decide(state, command, stamp) {
    const { loan_id, borrower_id, currency, effective_at, actor } = command;
    const refused = refusedLoan(state, command);
    if (refused) return err(refused);
    const book = bookOf(state, loan_id);
    const waiting = leastFrom(book, "suspense", effective_at);
    const payable = allPayable(book, effective_at);
    const most = waiting < payable ? waiting : payable;
    const amount = command.amount_minor ?? most;
    if (amount === 0n || amount > most) return err(exceedsSuspense(most, effective_at));
    const allocation = allocate(book, effective_at, amount);
    const entry = entryOf(stamp, {
      event_type: "payment_allocated",
      currency,
      effective_at,
      actor,
      description: "Suspense applied",
      postings: payOff("2200", allocation, { loan_id, borrower_id }),
    });
    const answer = {
      allocation_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      allocation: allocationView(allocation),
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
};
