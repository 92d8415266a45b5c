import { err, ok } from "../core/result.ts";
import type { AccountCode } from "./accounts.ts";
import { entryOf, isoTime } from "./entry.ts";
import { refusedLoan } from "./loan.ts";
import { LOAN_PARTS, leastFrom } from "./loan-book.ts";
import { exceedsOwed } from "./refusals.ts";
import { bookOf, needFrom, type PostingType } from "./state.ts";

/** A checked waiver (docs/api.md#ledger). */
export interface Waiver {
  readonly loan_id: string;
  readonly borrower_id: string;
  /** 1 to 9223372036854775807. */
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly effective_at: string;
  readonly reason: string;
  readonly actor: string | null;
}

/** The lender forgoes what is owed of one kind: the receivable and the income from it fall by the same amount. */
export const waiverOf = <W extends Waiver>(
  event_type: "fee_waived" | "interest_waived",
  part: "fees" | "interest",
  income: AccountCode,
): PostingType<W> => ({
  addNeeds: (needs, { loan_id, effective_at }) => needFrom(needs.loans, loan_id, effective_at),

  decide(state, command, stamp) {
    const { loan_id, borrower_id, currency, effective_at, amount_minor, actor } = command;
    const refused = refusedLoan(state, command);
    if (refused) return err(refused);
    const owed = leastFrom(bookOf(state, loan_id), part, effective_at);
    if (amount_minor > owed) return err(exceedsOwed(owed, part, effective_at));
    const entry = entryOf(stamp, {
      event_type,
      currency,
      effective_at,
      actor,
      description: command.reason,
      postings: [{ debit: income, credit: LOAN_PARTS[part], amount_minor, loan: { loan_id, borrower_id } }],
    });
    const answer = {
      waiver_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
});
