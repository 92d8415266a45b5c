import { err, ok } from "../../core/result.ts";
import { isoTime } from "../entry.ts";
import { type Settling, settlementEntry } from "../settle.ts";
import { needFrom, type PostingType } from "../state.ts";

/** A checked `POST /v1/disbursement-settlements` (docs/api.md#ledger). */
interface DisbursementSettled extends Settling {
  readonly type: "disbursement_settled";
  readonly actor: string | null;
}

/** The money of a disbursement, or of a raise, left the bank, so the clearing account no longer owes it. */
export const disbursement_settled: PostingType<DisbursementSettled> = {
  addNeeds(needs, { disbursement_entry_id, effective_at, bank_account_ref }) {
    needFrom(needs.entries, disbursement_entry_id, effective_at);
    needs.banks.add(bank_account_ref);
  },

  decide(state, command, stamp) {
    const entry = settlementEntry(state, command, stamp, { actor: command.actor });
    if (!entry.ok) return err(entry.error);
    const answer = {
      settlement_event_id: stamp.event_id,
      journal_entry_id: entry.value.journal_entry_id,
      posted_at: isoTime(entry.value.posted_at),
    };
    return ok({ entries: [entry.value], answer });
  },
};
