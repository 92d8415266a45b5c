import type { Disbursement, Payment } from "../tape/fields.ts";
import type { AgreedTerms } from "../tape/state.ts";

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
>;

/** All facts from which the position of one disbursement is computed. */
export interface Loan {
  readonly disbursement: DisbursementFacts;
  /** In the order of the log: the terms first agreed, then the terms after each change. */
  readonly terms: readonly [TermsRow, ...TermsRow[]];
  /** Its payments that are not deleted. */
  readonly payments: readonly PaymentFacts[];
}

/** The one client of a disbursement; null for a purchase with several or none. */
export function clientOf({ client_id, purchase_clients }: DisbursementFacts): string | null {
  if (client_id !== null) return client_id;
  return purchase_clients?.length === 1 ? (purchase_clients[0] ?? null) : null;
}
