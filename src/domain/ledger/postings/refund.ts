import { err, ok } from "../../core/result.ts";
import { bankErrors } from "../bank.ts";
import { entryOf, isoTime } from "../entry.ts";
import { refusedLoan } from "../loan.ts";
import { leastFrom } from "../loan-book.ts";
import { exceedsRefundable } from "../refusals.ts";
import { bookOf, needFrom, type PostingType } from "../state.ts";

/** A checked `POST /v1/refunds` (docs/api.md#ledger). */
interface Refund {
  readonly type: "refund";
  readonly loan_id: string;
  readonly borrower_id: string;
  /** 1 to 9223372036854775807. */
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly effective_at: string;
  readonly method: string;
  readonly external_ref: string | null;
  readonly bank_account_ref: string;
  readonly actor: string | null;
}

/** Money in suspense goes back to the borrower. */
export const refund: PostingType<Refund> = {
  addNeeds(needs, { loan_id, effective_at, bank_account_ref }) {
    needFrom(needs.loans, loan_id, effective_at);
    needs.banks.add(bank_account_ref);
  },

  decide(state, command, stamp) {
    const { loan_id, borrower_id, currency, effective_at, amount_minor, bank_account_ref } = command;
    const refused = refusedLoan(state, command) ?? bankErrors(state, bank_account_ref);
    if (refused) return err(refused);
    const most = leastFrom(bookOf(state, loan_id), "suspense", effective_at);
    if (amount_minor > most) return err(exceedsRefundable(most, effective_at));
    const entry = entryOf(stamp, {
      event_type: "refund",
      currency,
      effective_at,
      actor: command.actor,
      bank_account_ref,
      external_ref: command.external_ref,
      description: `Refund by ${command.method}`,
      postings: [{ debit: "2200", credit: "1000", amount_minor, loan: { loan_id, borrower_id } }],
    });
    const answer = {
      refund_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
};
