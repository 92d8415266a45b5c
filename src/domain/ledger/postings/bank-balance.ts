import { err, ok } from "../../core/result.ts";
import { bankErrors } from "../bank.ts";
import { isoTime } from "../entry.ts";
import type { BankBalance, PostingType } from "../state.ts";

/** A checked `PUT /v1/bank-balances/{bank_account_ref}` (docs/api.md#ledger). */
interface BankBalanceStated extends BankBalance {
  readonly type: "bank_balance";
  readonly actor: string | null;
}

/** Records a balance that the bank states. It posts nothing; a later statement for the same day replaces it. */
export const bank_balance: PostingType<BankBalanceStated> = {
  addNeeds: (needs, { bank_account_ref }) => void needs.banks.add(bank_account_ref),

  decide(state, { type: _, actor: __, ...bankBalance }, stamp) {
    const tooMany = bankErrors(state, bankBalance.bank_account_ref);
    if (tooMany) return err(tooMany);
    const answer = {
      bank_balance_event_id: stamp.event_id,
      ...bankBalance,
      closing_balance_minor: bankBalance.closing_balance_minor.toString(),
      recorded_at: isoTime(stamp.now),
    };
    return ok({ entries: [], bankBalance, answer });
  },
};
