import type { Entry, EntryPlace } from "./journal.ts";

/*
 * Facts that hold until an entry is reversed: a loan is accrued for a day once, a disbursement is settled once, a
 * recovery needs a charge-off.
 */

/** A charge-off of a loan, or an entry that recovers some of the loss, which is not reversed. */
export interface Loss extends EntryPlace {
  readonly event_type: "chargeoff" | "recovery";
  readonly loan_id: string;
  readonly effective_at: string;
}

/** What stands of a loan's interest of a day. The place is that of the accrual's entry, which corrections do not change. */
export interface Accrued extends EntryPlace {
  readonly loan_id: string;
  readonly accrual_date: string;
  /** Of the accrual, or of its last correction. */
  readonly interest_minor: bigint;
  /** The loan's remainder without this accrual and with it, in units of 10^-12 minor units (docs/ledger.md#accruals). */
  readonly carried: bigint;
  readonly remainder: bigint;
  /** The latest day on which an entry of it takes effect. */
  readonly last_day: string;
}

/** What the accrual adds to the loan's remainder. */
export const contributionOf = ({ carried, remainder }: Accrued): bigint => remainder - carried;

export interface AccrualMark {
  readonly kind: "accrual";
  readonly accrued: Accrued;
}

export type Mark =
  | AccrualMark
  | {
      readonly kind: "settlement";
      readonly disbursement_entry_id: string;
      /** The entry of the settlement; absent where only the key counts. */
      readonly settled_by?: string;
    }
  | { readonly kind: "loss"; readonly loss: Loss };

/** The facts that hold until the entry is reversed. Those of accruals are in `Posted`, because corrections change them. */
export function marksOf(entry: Entry): readonly Mark[] {
  const { event_type, settles_entry_id } = entry;
  const loans = new Set(entry.postings.flatMap(({ loan }) => (loan ? [loan.loan_id] : [])));
  switch (event_type) {
    case "disbursement_settled":
      if (settles_entry_id === null) return [];
      return [
        { kind: "settlement", disbursement_entry_id: settles_entry_id, settled_by: entry.journal_entry_id },
      ];
    case "chargeoff":
      return [...loans].map((loan_id) => lossMark("chargeoff", loan_id, entry));
    case "payment_received":
    case "payment_allocated":
    case "recovery":
      return entry.postings.flatMap(({ credit, loan }) =>
        credit === "4300" && loan ? [lossMark("recovery", loan.loan_id, entry)] : [],
      );
    default:
      return [];
  }
}

const lossMark = (
  event_type: Loss["event_type"],
  loan_id: string,
  { effective_at, sequence, position }: Entry,
): Mark => ({ kind: "loss", loss: { event_type, loan_id, effective_at, sequence, position } });

/** A text that identifies the fact. */
export function markKey(mark: Mark): string {
  switch (mark.kind) {
    case "accrual":
      return accrualKey(mark.accrued.loan_id, mark.accrued.accrual_date);
    case "settlement":
      return `settlement ${mark.disbursement_entry_id}`;
    case "loss":
      return lossKey(mark.loss);
  }
}

export const accrualKey = (loan_id: string, accrual_date: string) => `accrual ${loan_id} ${accrual_date}`;

const lossKey = ({ event_type, loan_id, sequence, position }: Loss) =>
  `${event_type} ${loan_id} ${sequence} ${position}`;
