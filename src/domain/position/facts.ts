import type { Disbursement, Payment } from "../tape/fields.ts";
import type { AgreedTerms } from "../tape/state.ts";

/** What a position looks at of a disbursement. */
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

/** The terms of a disbursement as one of its events left them. */
export type TermsRow = Omit<AgreedTerms, "disbursement_id"> & { readonly sequence: number };

/** What a position looks at of a payment. */
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

/** All that the position of one disbursement follows from. */
export interface Loan {
  readonly disbursement: DisbursementFacts;
  /** In the order of the log: as first agreed, then after each change of a term. */
  readonly terms: readonly [TermsRow, ...TermsRow[]];
  /** Its payments that are not deleted. */
  readonly payments: readonly PaymentFacts[];
}

/** The one client of a disbursement; null for a purchase with several or none. */
export function clientOf({ client_id, purchase_clients }: DisbursementFacts): string | null {
  if (client_id !== null) return client_id;
  return purchase_clients?.length === 1 ? (purchase_clients[0] ?? null) : null;
}
