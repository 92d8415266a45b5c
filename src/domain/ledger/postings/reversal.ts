import { calendarOf } from "../../core/calendar.ts";
import { openDay } from "../../core/closed-period.ts";
import type { Problem } from "../../core/problem.ts";
import { err, ok } from "../../core/result.ts";
import { entryOf, isoTime } from "../entry.ts";
import { type Entry, loansOf, mirror } from "../journal.ts";
import {
  alreadyReversed,
  hasRecoveries,
  isReversal,
  isSettled,
  tooEarly,
  unknownEntry,
} from "../refusals.ts";
import {
  type LedgerState,
  lossesOf,
  needFrom,
  type PostingType,
  type ReversalDay,
  settlementOf,
} from "../state.ts";

/** A checked `POST /v1/reversals` (docs/api.md#ledger). */
interface Reversal {
  readonly type: "reversal";
  readonly reverses_entry_id: string;
  readonly reason_code: string;
  readonly reason_description: string | null;
  /** Not before the entry's own day. Null: the latest of the day of the posting in the tenant's time zone, the entry's own, and the first open day. */
  readonly effective_at: string | null;
  readonly actor: string | null;
}

/** Posts the mirror image of a whole entry, with its loans and its bank account. */
export const reversal: PostingType<Reversal> = {
  addNeeds(needs, { reverses_entry_id, effective_at }, today) {
    needFrom(needs.entries, reverses_entry_id, effective_at ?? today);
    needs.reversals.set(reverses_entry_id, { asked: effective_at, today });
  },

  decide(state, command, stamp) {
    const id = command.reverses_entry_id;
    const reversed = state.entries.get(id);
    if (!reversed) return err(unknownEntry(id));
    const conflict = conflictOf(state, reversed);
    if (conflict) return err(conflict);
    const { closed_through, settings, now } = stamp;
    const today = openDay(calendarOf(settings.time_zone).dayAt(now), closed_through);
    const effective_at = reversalDay({ asked: command.effective_at, today }, reversed.effective_at);
    if (effective_at < reversed.effective_at) return err(tooEarly(reversed.effective_at));
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

/**
 * The day of a reversal: the requested one, or else the day of the posting, or the entry's own day if that is later. The
 * load of an entry that touches many loans computes the same day in SQL (store/ledger/load.ts).
 */
const reversalDay = ({ asked, today }: ReversalDay, entryDay: string): string =>
  asked ?? (today < entryDay ? entryDay : today);

function conflictOf(state: LedgerState, entry: Entry): Problem | null {
  if (entry.event_type === "reversal") return isReversal();
  if (state.reversed.has(entry.journal_entry_id)) return alreadyReversed(entry.journal_entry_id);
  const settlement = settlementOf(state, entry.journal_entry_id);
  if (settlement !== null) return isSettled(settlement);
  return entry.event_type === "chargeoff" && isRecovered(state, entry) ? hasRecoveries() : null;
}

const isRecovered = (state: LedgerState, entry: Entry): boolean =>
  [...loansOf(entry)].some((id) => lossesOf(state, id).some(({ event_type }) => event_type === "recovery"));
