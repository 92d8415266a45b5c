import type { Entry, EntryPlace } from "./journal.ts";

/*
 * Facts that hold until an entry is reversed: a loan is accrued for a day once, a disbursement is settled once, a
 * recovery needs a charge-off.
 */

/** A charge-off or recovery of a loan that is not reversed. */
export interface Loss extends EntryPlace {
  readonly event_type: "chargeoff" | "recovery";
  readonly loan_id: string;
  readonly effective_at: string;
}

export type Mark =
  | { readonly kind: "accrual"; readonly loan_id: string; readonly accrual_date: string }
  | { readonly kind: "settlement"; readonly disbursement_entry_id: string }
  | { readonly kind: "loss"; readonly loss: Loss };

/** The facts that hold until the entry is reversed. */
export function marksOf(entry: Entry): readonly Mark[] {
  const { event_type, effective_at, settles_entry_id, sequence, position } = entry;
  const loans = new Set(entry.postings.flatMap(({ loan }) => (loan ? [loan.loan_id] : [])));
  switch (event_type) {
    case "accrual":
      return [...loans].map((loan_id) => ({ kind: "accrual", loan_id, accrual_date: effective_at }));
    case "disbursement_settled":
      if (settles_entry_id === null) return [];
      return [{ kind: "settlement", disbursement_entry_id: settles_entry_id }];
    case "chargeoff":
    case "recovery":
      return [...loans].map((loan_id) => ({
        kind: "loss",
        loss: { event_type, loan_id, effective_at, sequence, position },
      }));
    default:
      return [];
  }
}

/** A text that identifies the fact. */
export function markKey(mark: Mark): string {
  switch (mark.kind) {
    case "accrual":
      return accrualKey(mark.loan_id, mark.accrual_date);
    case "settlement":
      return `settlement ${mark.disbursement_entry_id}`;
    case "loss":
      return lossKey(mark.loss);
  }
}

export const accrualKey = (loan_id: string, accrual_date: string) => `accrual ${loan_id} ${accrual_date}`;

const lossKey = ({ event_type, loan_id, sequence, position }: Loss) =>
  `${event_type} ${loan_id} ${sequence} ${position}`;
