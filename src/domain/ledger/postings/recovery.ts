import { err, ok } from "../../core/result.ts";
import { bankErrors } from "../bank.ts";
import { entryOf, isoTime } from "../entry.ts";
import { refusedLoan } from "../loan.ts";
import { leastFrom } from "../loan-book.ts";
import { exceedsLoss, notChargedOff } from "../refusals.ts";
import { bookOf, lossesOf, needFrom, type PostingType } from "../state.ts";

/** A checked `POST /v1/recoveries` (docs/api.md#ledger). */
interface Recovery {
  readonly type: "recovery";
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

/** Money arrived for a loan that was charged off: it is income. */
export const recovery: PostingType<Recovery> = {
  addNeeds(needs, { loan_id, effective_at, bank_account_ref }) {
    needFrom(needs.loans, loan_id, effective_at);
    needs.losses.add(loan_id);
    needs.banks.add(bank_account_ref);
  },

  decide(state, command, stamp) {
    const { loan_id, borrower_id, currency, effective_at, amount_minor, bank_account_ref } = command;
    const refused = refusedLoan(state, command);
    if (refused) return err(refused);
    const isChargedOff = lossesOf(state, loan_id).some(
      (loss) => loss.event_type === "chargeoff" && loss.effective_at <= effective_at,
    );
    if (!isChargedOff) return err(notChargedOff(effective_at));
    const tooMany = bankErrors(state, bank_account_ref);
    if (tooMany) return err(tooMany);
    const most = leastFrom(bookOf(state, loan_id), "loss", effective_at);
    if (amount_minor > most) return err(exceedsLoss(most, effective_at));
    const entry = entryOf(stamp, {
      event_type: "recovery",
      currency,
      effective_at,
      actor: command.actor,
      bank_account_ref,
      external_ref: command.external_ref,
      description: `Recovery by ${command.source_method}`,
      postings: [{ debit: "1000", credit: "4300", amount_minor, loan: { loan_id, borrower_id } }],
    });
    const answer = {
      recovery_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
};
