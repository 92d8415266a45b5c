import type { StoredDate } from "../core/dates.ts";
import type { Disbursement, Payment, Step } from "../tape/fields.ts";
import type { AgreedTerms, ScheduleMembers } from "../tape/state.ts";

/** The members of a disbursement that a position needs. */
export type DisbursementFacts = Pick<
  Disbursement,
  | "disbursement_id"
  | "kind"
  | "currency"
  | "client_id"
  | "purchase_clients"
  | "disbursement_date"
  | "payment_date"
>;

/** The terms of a disbursement after one of its events. */
export type TermsRow = Omit<AgreedTerms, "disbursement_id" | "pledge_creditor"> & {
  readonly sequence: number;
};

/** The members of a payment that a position needs. */
export type PaymentFacts = Pick<
  Payment,
  | "payment_id"
  | "status"
  | "currency"
  | "installment_number"
  | "due_date"
  | "payment_date"
  | "payment_total"
  | "payment_principal"
  | "payment_fee"
  | "expected_total"
  | "expected_principal"
  | "expected_fee"
  | "expected_due_date"
  | "due_sequence"
  | "bank_ref"
  | "refund"
  | "recovery"
> & {
  /** Its events in the order of the log, from its create on; null if none has a `change_date`. */
  readonly row_events: readonly RowEvent[] | null;
};

/** The members of a paid payment from which its money follows. */
export type PaidFacts = Pick<
  PaymentFacts,
  | "payment_id"
  | "installment_number"
  | "due_date"
  | "payment_date"
  | "payment_total"
  | "payment_principal"
  | "payment_fee"
  | "expected_fee"
>;

/** What one event of a payment says about the schedule. A missing member was not sent. */
export interface RowEvent {
  readonly sequence: number;
  readonly step: Step;
  /** From this day on the event applies to the schedule; null: on all days. */
  readonly change_date: StoredDate | null;
  readonly set: ScheduleMembers;
}

/** A payment without marks and without dated events. */
export const PLAIN_PAYMENT = {
  refund: false,
  recovery: false,
  bank_ref: null,
  due_sequence: null,
  row_events: null,
} as const;

/** All facts from which the position of one disbursement is computed. */
export interface Loan {
  readonly disbursement: DisbursementFacts;
  /** In the order of the log: the terms first agreed, then the terms after each change. */
  readonly terms: readonly [TermsRow, ...TermsRow[]];
  /** Its payments that are not deleted, and as canceled ones those deleted ones that have dated events. */
  readonly payments: readonly PaymentFacts[];
}

/** The one client of a disbursement; null for a purchase with several or none. */
export function clientOf({ client_id, purchase_clients }: DisbursementFacts): string | null {
  const [first = null, ...others] = purchase_clients ?? [];
  return client_id ?? (others.length === 0 ? first : null);
}
