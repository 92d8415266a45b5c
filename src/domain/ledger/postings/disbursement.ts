import { invalid } from "../../core/problem.ts";
import { err, ok } from "../../core/result.ts";
import { entryOf, isoTime } from "../entry.ts";
import { lifelongErrors } from "../loan.ts";
import { needFrom, type PostingType } from "../state.ts";

/** A checked `POST /v1/disbursements` (docs/api.md#ledger). */
export interface Disbursement {
  readonly type: "disbursement";
  readonly loan_id: string;
  readonly borrower_id: string;
  /** 0 to 9223372036854775807. */
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly effective_at: string;
  readonly method: string;
  readonly destination_ref: string | null;
  readonly actor: string | null;
}

/** The lender promises money: the borrower owes the principal, and the clearing account owes the money. */
export const disbursement: PostingType<Disbursement> = {
  addNeeds: (needs, { loan_id, effective_at }) => needFrom(needs.loans, loan_id, effective_at),

  decide(state, command, stamp) {
    const { loan_id, borrower_id, currency, effective_at, amount_minor, actor } = command;
    const errors = lifelongErrors(state.loans.get(loan_id), command);
    if (errors.length > 0) return err(invalid(errors));
    const entry = entryOf(stamp, {
      event_type: "disbursement",
      currency,
      effective_at,
      actor,
      external_ref: command.destination_ref,
      description: `Loan disbursement by ${command.method}`,
      postings: [{ debit: "1100", credit: "2100", amount_minor, loan: { loan_id, borrower_id } }],
    });
    const answer = {
      disbursement_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
};
