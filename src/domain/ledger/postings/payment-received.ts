import { err, ok } from "../../core/result.ts";
import { bankErrors } from "../bank.ts";
import { entryOf, isoTime } from "../entry.ts";
import type { Posting } from "../journal.ts";
import { refusedLoan } from "../loan.ts";
import { bookOf, needFrom, type PostingType } from "../state.ts";
import { allocate, allocationView, payOff } from "../waterfall.ts";

/** A checked `POST /v1/payments` (docs/api.md#ledger). */
interface PaymentReceived {
  readonly type: "payment_received";
  readonly loan_id: string;
  readonly borrower_id: string;
  /** 1 to 9223372036854775807. */
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly effective_at: string;
  readonly source_method: string;
  readonly external_ref: string | null;
  readonly bank_account_ref: string;
  readonly actor: string | null;
}

/** The borrower's money arrived: it pays fees, interest, principal and a loss; the rest goes to suspense. */
export const payment_received: PostingType<PaymentReceived> = {
  addNeeds(needs, { loan_id, effective_at, bank_account_ref }) {
    needFrom(needs.loans, loan_id, effective_at);
    needs.banks.add(bank_account_ref);
  },

  decide(state, command, stamp) {
    const { loan_id, borrower_id, currency, effective_at, amount_minor, bank_account_ref } = command;
    const refused = refusedLoan(state, command) ?? bankErrors(state, bank_account_ref);
    if (refused) return err(refused);
    const loan = { loan_id, borrower_id };
    const allocation = allocate(bookOf(state, loan_id), effective_at, amount_minor);
    const waiting: Posting = { debit: "1000", credit: "2200", amount_minor: allocation.rest, loan };
    const entry = entryOf(stamp, {
      event_type: "payment_received",
      currency,
      effective_at,
      actor: command.actor,
      bank_account_ref,
      external_ref: command.external_ref,
      description: `Payment by ${command.source_method}`,
      postings: [...payOff("1000", allocation, loan), ...(allocation.rest > 0n ? [waiting] : [])],
    });
    const answer = {
      payment_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      allocation: allocationView(allocation),
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
};
