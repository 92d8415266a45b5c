import type { Stamp } from "../../core/event.ts";
import type { Problem } from "../../core/problem.ts";
import { err, ok } from "../../core/result.ts";
import { reversalDay } from "../command-day.ts";
import { entryOf, isoTime } from "../entry.ts";
import { type Entry, loansOf, mirror, type Posting } from "../journal.ts";
import type { Accrued } from "../marks.ts";
import {
  alreadyReversed,
  hasRecoveries,
  isCorrection,
  isReversal,
  isSettled,
  tooEarly,
  unknownEntry,
} from "../refusals.ts";
import { standingOf } from "../standing.ts";
import { type LedgerState, lossesOf, needFrom, type PostingType, settlementOf } from "../state.ts";

/** A checked `POST /v1/reversals` (docs/api.md#ledger). */
interface Reversal {
  readonly type: "reversal";
  readonly reverses_entry_id: string;
  readonly reason_code: string;
  readonly reason_description: string | null;
  /** Not before the days of what it reverses. Null: the day that `reversalDay` says. */
  readonly effective_at: string | null;
  readonly actor: string | null;
}

/**
 * Posts the mirror image of a whole entry, with its loans and its bank account; of an accrual that was corrected, what
 * stands of it.
 */
export const reversal: PostingType<Reversal> = {
  addNeeds(needs, { reverses_entry_id, effective_at }, { earliest, today }) {
    needFrom(needs.entries, reverses_entry_id, effective_at ?? earliest);
    needs.reversals.set(reverses_entry_id, { asked: effective_at, today });
  },

  decide(state, command, stamp) {
    const id = command.reverses_entry_id;
    const reversed = state.entries.get(id);
    if (!reversed) return err(unknownEntry(id));
    const standing = standingOf(state, reversed);
    const conflict = conflictOf(state, reversed, standing);
    if (conflict) return err(conflict);
    const earliest = lastDayOf(reversed, standing);
    const effective_at = reversalDay(command.effective_at, earliest, stamp);
    if (effective_at < earliest) return err(tooEarly(earliest));
    const postings = takenBack(reversed, standing);
    const entry = postings.length > 0 ? mirrored(command, reversed, { effective_at, postings }, stamp) : null;
    const { correlation_id } = reversed;
    const answer = {
      ...(entry ? { journal_entry_id: entry.journal_entry_id } : {}),
      reverses_entry_id: reversed.journal_entry_id,
      posted_at: isoTime(stamp.now),
      correlation_id,
    };
    return ok({ entries: entry ? [entry] : [], released: [...standing.values()], answer });
  },
};

/** The latest day of what is reversed: a correction may take effect later than its accrual. */
export const lastDayOf = ({ effective_at }: Entry, standing: ReadonlyMap<string, Accrued>): string =>
  [...standing.values()].reduce((last, { last_day }) => (last_day > last ? last_day : last), effective_at);

/** The mirror image of what stands of an entry; none where an accrual was corrected to nothing. */
function takenBack({ postings }: Entry, standing: ReadonlyMap<string, Accrued>): readonly Posting[] {
  const stands = ({ amount_minor, loan }: Posting) =>
    (loan ? standing.get(loan.loan_id)?.interest_minor : null) ?? amount_minor;
  const isAsPosted = postings.every((one) => stands(one) === one.amount_minor);
  const left = postings.map((one) => ({ ...one, amount_minor: stands(one) }));
  const nothingIsLeft = !isAsPosted && left.every(({ amount_minor }) => amount_minor === 0n);
  return nothingIsLeft ? [] : mirror(left);
}

function mirrored(
  command: Reversal,
  { currency, sequence, position, journal_entry_id, ...reversed }: Entry,
  own: Pick<Entry, "effective_at" | "postings">,
  stamp: Stamp,
): Entry {
  return entryOf(stamp, {
    event_type: "reversal",
    currency,
    ...own,
    actor: command.actor,
    correlation_id: reversed.correlation_id,
    reverses: { sequence, position, journal_entry_id },
    bank_account_ref: reversed.bank_account_ref,
    external_ref: reversed.external_ref,
    description: command.reason_description ?? `Reversal: ${command.reason_code}`,
  });
}

function conflictOf(
  state: LedgerState,
  entry: Entry,
  standing: ReadonlyMap<string, Accrued>,
): Problem | null {
  const { event_type, journal_entry_id: id } = entry;
  if (event_type === "reversal") return isReversal();
  if (event_type === "accrual_corrected") return isCorrection();
  // An accrual that was corrected to nothing is reversed without an entry.
  const isGone = event_type === "accrual" && standing.size === 0;
  if (isGone || state.reversed.has(id)) return alreadyReversed(id);
  const settlement = settlementOf(state, id);
  if (settlement !== null) return isSettled(settlement);
  return event_type === "chargeoff" && isRecovered(state, entry) ? hasRecoveries() : null;
}

const isRecovered = (state: LedgerState, entry: Entry): boolean =>
  [...loansOf(entry)].some((id) => lossesOf(state, id).some(({ event_type }) => event_type === "recovery"));
