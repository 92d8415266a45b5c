import type { Problem } from "../../core/problem.ts";
import { invalid } from "../../core/problem.ts";
import { err, ok } from "../../core/result.ts";
import { entryOf, isoTime } from "../entry.ts";
import { type Entry, loansOf, mirror } from "../journal.ts";
import { type LedgerState, lossesOf, needFrom, type PostingType } from "../state.ts";

/** A checked `POST /v1/reversals` (docs/api.md#ledger). */
export interface Reversal {
  readonly type: "reversal";
  readonly reverses_entry_id: string;
  readonly reason_code: string;
  readonly reason_description: string | null;
  /** Not before the entry's own day. Null means the UTC day of the posting, or the entry's own day if that is later. */
  readonly effective_at: string | null;
  readonly actor: string | null;
}

/** Posts the mirror image of a whole entry, with its loans and its bank account. */
export const reversal: PostingType<Reversal> = {
  addNeeds(needs, { reverses_entry_id, effective_at }, today) {
    needFrom(needs.entries, reverses_entry_id, effective_at ?? today);
  },

  decide(state, command, stamp) {
    const id = command.reverses_entry_id;
    const reversed = state.entries.get(id);
    if (!reversed) return err({ code: "not_found", detail: `The journal entry ${id} does not exist.` });
    const conflict = conflictOf(state, reversed);
    if (conflict) return err(conflict);
    const today = isoTime(stamp.now).slice(0, 10);
    const earliest = reversed.effective_at;
    const effective_at = command.effective_at ?? (today < earliest ? earliest : today);
    if (effective_at < earliest) {
      const message = `must not be before ${earliest}, the effective_at of the entry`;
      return err(invalid([{ field: "effective_at", code: "inconsistent_dates", message }]));
    }
    const { sequence, position, journal_entry_id, correlation_id } = reversed;
    const entry = entryOf(stamp, {
      event_type: "reversal",
      currency: reversed.currency,
      effective_at,
      actor: command.actor,
      correlation_id,
      reverses: { sequence, position, journal_entry_id },
      bank_account_ref: reversed.bank_account_ref,
      external_ref: reversed.external_ref,
      description: command.reason_description ?? `Reversal: ${command.reason_code}`,
      postings: mirror(reversed.postings),
    });
    const answer = {
      journal_entry_id: entry.journal_entry_id,
      reverses_entry_id: journal_entry_id,
      posted_at: isoTime(entry.posted_at),
      correlation_id,
    };
    return ok({ entries: [entry], answer });
  },
};

function conflictOf(state: LedgerState, entry: Entry): Problem | null {
  if (entry.event_type === "reversal") {
    const detail = "The entry is itself a reversal. Post the original transaction again.";
    return { code: "not_reversible", detail };
  }
  if (state.reversed.has(entry.journal_entry_id)) {
    const detail = `The journal entry ${entry.journal_entry_id} is already reversed.`;
    return { code: "already_reversed", detail };
  }
  if (entry.event_type === "chargeoff" && isRecovered(state, entry)) {
    const detail = "A recovery rests on the charge-off. Reverse the recovery first.";
    return { code: "not_reversible", detail };
  }
  return null;
}

const isRecovered = (state: LedgerState, entry: Entry): boolean =>
  [...loansOf(entry)].some((id) => lossesOf(state, id).some(({ event_type }) => event_type === "recovery"));
