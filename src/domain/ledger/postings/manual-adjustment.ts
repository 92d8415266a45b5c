import { err, ok } from "../../core/result.ts";
import { bankErrors } from "../bank.ts";
import { entryOf, isoTime } from "../entry.ts";
import type { PostingType } from "../state.ts";

/** A checked `POST /v1/funding` (docs/api.md#ledger). */
interface ManualAdjustment {
  readonly type: "manual_adjustment";
  readonly bank_account_ref: string;
  readonly currency: string;
  /** 1 to 9223372036854775807. */
  readonly amount_minor: bigint;
  readonly direction: "in" | "out";
  readonly effective_at: string;
  readonly external_ref: string | null;
  readonly actor: string | null;
}

/** The lender's own money enters or leaves a bank account; no loan is involved. */
export const manual_adjustment: PostingType<ManualAdjustment> = {
  addNeeds: (needs, { bank_account_ref }) => void needs.banks.add(bank_account_ref),

  decide(state, command, stamp) {
    const { currency, effective_at, amount_minor, direction, bank_account_ref } = command;
    const tooMany = bankErrors(state, bank_account_ref);
    if (tooMany) return err(tooMany);
    const [debit, credit] = direction === "in" ? (["1000", "3000"] as const) : (["3000", "1000"] as const);
    const entry = entryOf(stamp, {
      event_type: "manual_adjustment",
      currency,
      effective_at,
      actor: command.actor,
      bank_account_ref,
      external_ref: command.external_ref,
      description: `Funding ${direction}`,
      postings: [{ debit, credit, amount_minor, loan: null }],
    });
    const answer = {
      funding_event_id: stamp.event_id,
      journal_entry_id: entry.journal_entry_id,
      posted_at: isoTime(entry.posted_at),
    };
    return ok({ entries: [entry], answer });
  },
};
