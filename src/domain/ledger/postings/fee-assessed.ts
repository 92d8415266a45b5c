import { err, ok } from "../../core/result.ts";
import { entryOf, isoTime } from "../entry.ts";
import { refusedLoan } from "../loan.ts";
import { needFrom, type PostingType } from "../state.ts";

/** A checked `POST /v1/fees` (docs/api.md#ledger). */
interface FeeAssessed {
  readonly type: "fee_assessed";
  readonly loan_id: string;
  readonly borrower_id: string;
  /** 1 to 9223372036854775807. */
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly effective_at: string;
  readonly fee_type: string;
  readonly external_ref: string | null;
  readonly actor: string | null;
}

/** The borrower owes a fee. */
export const fee_assessed: PostingType<FeeAssessed> = {
  addNeeds: (needs, { loan_id, effective_at }) => needFrom(needs.loans, loan_id, effective_at),

  decide(state, command, stamp) {
    const { loan_id, borrower_id, currency, effective_at, amount_minor, actor } = command;
    const refused = refusedLoan(state, command);
    if (refused) return err(refused);
    const entry = entryOf(stamp, {
      event_type: "fee_assessed",
      currency,
      effective_at,
      actor,
      external_ref: command.external_ref,
      description: `Fee ${command.fee_type}`,
      postings: [{ debit: "1300", credit: "4200", amount_minor, loan: { loan_id, borrower_id } }],
    });
    const answer = {
      fee_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
};
