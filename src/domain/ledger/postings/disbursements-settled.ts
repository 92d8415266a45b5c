import { isClosed, openDay } from "../../core/closed-period.ts";
import type { Stamp } from "../../core/event.ts";
import { entryIdAt } from "../../core/event-id.ts";
import { type FieldError, type FieldErrorCode, invalid, type Problem } from "../../core/problem.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { addBank } from "../bank.ts";
import { brokenBound } from "../bounds.ts";
import { isoTime } from "../entry.ts";
import type { Entry } from "../journal.ts";
import { notBooked, periodClosed, unknownEntry } from "../refusals.ts";
import { type Settling, settlementEntry } from "../settle.ts";
import { applyEntry, type LedgerState, needFrom, type PostingType, scratchOf } from "../state.ts";

/** One settlement of a batch: of an entry, or of the origination of a disbursement of the records. */
interface OneSettlement extends Omit<Settling, "disbursement_entry_id"> {
  readonly disbursement_entry_id: string | null;
  readonly disbursement_id: string | null;
}

/** A checked `POST /v1/disbursement-settlements/batch` (docs/api.md#ledger). */
interface DisbursementsSettled {
  readonly type: "disbursements_settled";
  /** 1 to 500. */
  readonly settlements: readonly OneSettlement[];
  readonly actor: string | null;
}

/** The money of many disbursements left the bank: all of them are settled, each by an entry of its own, or none. */
export const disbursements_settled: PostingType<DisbursementsSettled> = {
  addNeeds(needs, { settlements }) {
    for (const { disbursement_entry_id, disbursement_id, effective_at, bank_account_ref } of settlements) {
      if (disbursement_entry_id !== null) needFrom(needs.entries, disbursement_entry_id, effective_at);
      if (disbursement_id !== null) needs.originations.add(disbursement_id);
      needs.banks.add(bank_account_ref);
    }
  },

  decide(state, { settlements, actor }, stamp) {
    // Each settlement is decided on what the ones before it leave.
    const scratch = scratchOf(state);
    const entries: Entry[] = [];
    const errors: FieldError[] = [];
    for (const [index, one] of settlements.entries()) {
      const position = entries.length;
      const journal_entry_id = entryIdAt(stamp.journal_entry_id, position);
      const settled = settledOne(scratch, one, stamp, { actor, position, journal_entry_id });
      if (!settled.ok) {
        errors.push(...errorsAt(index, one, settled.error));
        continue;
      }
      applyEntry(scratch, settled.value);
      addBank(scratch.banks, one.bank_account_ref);
      entries.push(settled.value);
    }
    if (errors.length > 0) return err(invalid(errors));
    const settles = entries.map(({ settles_entry_id }) => settles_entry_id ?? "");
    const answer = {
      settlement_event_id: stamp.event_id,
      settlements: entries.map(({ journal_entry_id }, index) => ({
        disbursement_entry_id: settles[index],
        journal_entry_id,
      })),
      posted_at: isoTime(stamp.now),
    };
    return ok({ entries, settles, answer });
  },
};

/** The id of the entry that is to be settled; undefined for a disbursement that the books do not have. */
export const entryToSettle = (
  { originations }: LedgerState,
  { disbursement_entry_id, disbursement_id }: OneSettlement,
): string | undefined => disbursement_entry_id ?? originations.get(disbursement_id ?? "");

function settledOne(
  state: LedgerState,
  one: OneSettlement,
  stamp: Stamp,
  own: Pick<Entry, "actor" | "position" | "journal_entry_id">,
): Result<Entry, Problem> {
  const { effective_at } = one;
  const { closed_through } = stamp;
  const id = entryToSettle(state, one);
  if (id === undefined) return err(notBooked(one.disbursement_id ?? ""));
  if (!state.entries.has(id)) return err(unknownEntry(id));
  if (isClosed(effective_at, closed_through)) {
    return err(periodClosed(effective_at, openDay(effective_at, closed_through)));
  }
  const entry = settlementEntry(state, { ...one, disbursement_entry_id: id }, stamp, own);
  if (!entry.ok) return entry;
  const broken = brokenBound(state, entry.value);
  return broken ? err(broken) : entry;
}

/** What refuses one settlement of a batch has the code that it has on its own. */
function errorsAt(
  index: number,
  { disbursement_id }: OneSettlement,
  problem: Problem,
): readonly FieldError[] {
  const at = (member: string) => `settlements.${index}.${member}`;
  if (problem.errors) return problem.errors.map((one) => ({ ...one, field: at(one.field) }));
  const named = disbursement_id === null ? "disbursement_entry_id" : "disbursement_id";
  return [{ field: at(named), code: problem.code as FieldErrorCode, message: problem.detail }];
}
