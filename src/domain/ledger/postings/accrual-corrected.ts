import { openDay } from "../../core/closed-period.ts";
import type { Stamp } from "../../core/event.ts";
import { invalid, type Problem } from "../../core/problem.ts";
import { err, ok } from "../../core/result.ts";
import { entryOf, isoTime } from "../entry.ts";
import type { Entry } from "../journal.ts";
import { leastFrom } from "../loan-book.ts";
import type { Accrued } from "../marks.ts";
import { alreadyReversed, exceedsUnpaid, noAccrual, notInAccrual, unknownEntry } from "../refusals.ts";
import { standingOf } from "../standing.ts";
import { bookOf, type LedgerState, type PostingType } from "../state.ts";

/** A checked `POST /v1/accruals/corrections` (docs/ledger.md#accruals). */
interface AccrualCorrected {
  readonly type: "accrual_corrected";
  readonly accrual_entry_id: string;
  readonly loan_id: string;
  /** What the loan's interest of the day is, 0 to 9223372036854775807. */
  readonly interest_minor: bigint;
  /** In units of 10^-12 minor units; null leaves the remainder of the accrual, or of its last correction. */
  readonly interest_remainder: bigint | null;
  readonly reason: string;
  readonly actor: string | null;
}

/** Sets one loan's interest of an accrual to another amount: posts the difference. */
export const accrual_corrected: PostingType<AccrualCorrected> = {
  addNeeds(needs, { accrual_entry_id, loan_id }) {
    needs.corrections.add([accrual_entry_id, loan_id]);
  },

  decide(state, command, stamp) {
    const accrual = state.entries.get(command.accrual_entry_id);
    if (!accrual) return err(unknownEntry(command.accrual_entry_id));
    const found = standingIn(state, accrual, command.loan_id);
    if ("code" in found) return err(found);
    const difference = command.interest_minor - found.interest_minor;
    const effective_at = openDay(found.accrual_date, stamp.closed_through);
    const unpaid = leastFrom(bookOf(state, command.loan_id), "interest", effective_at);
    if (unpaid + difference < 0n) return err(exceedsUnpaid(unpaid, effective_at));
    const entry = difference === 0n ? null : differenceOf(command, accrual, difference, stamp);
    const { last_day } = found;
    const corrected: Accrued = {
      ...found,
      interest_minor: command.interest_minor,
      remainder: command.interest_remainder ?? found.remainder,
      last_day: entry && entry.effective_at > last_day ? entry.effective_at : last_day,
    };
    const answer = {
      correction_event_id: stamp.event_id,
      ...(entry ? { journal_entry_id: entry.journal_entry_id } : {}),
      difference_minor: difference.toString(),
      posted_at: isoTime(stamp.now),
    };
    return ok({ entries: entry ? [entry] : [], accrued: [corrected], answer });
  },
};

/** What stands of the loan in the accrual, or why nothing does. */
function standingIn(state: LedgerState, accrual: Entry, loan_id: string): Accrued | Problem {
  if (accrual.event_type !== "accrual") return noAccrual(accrual.journal_entry_id);
  const standing = standingOf(state, accrual);
  if (standing.size === 0) return alreadyReversed(accrual.journal_entry_id);
  return standing.get(loan_id) ?? invalid([notInAccrual()]);
}

function differenceOf(
  { loan_id, actor, reason }: AccrualCorrected,
  { currency, correlation_id, value_date, postings }: Entry,
  difference: bigint,
  stamp: Stamp,
): Entry {
  const loan = postings.find((one) => one.loan?.loan_id === loan_id)?.loan ?? null;
  const move =
    difference > 0n
      ? ({ debit: "1200", credit: "4100", amount_minor: difference } as const)
      : ({ debit: "4100", credit: "1200", amount_minor: -difference } as const);
  return entryOf(stamp, {
    event_type: "accrual_corrected",
    currency,
    effective_at: openDay(value_date, stamp.closed_through),
    value_date,
    actor,
    correlation_id,
    description: reason,
    postings: [{ ...move, loan }],
  });
}
