import type { AgreedTerms, PaymentTerms } from "../tape/state.ts";
import { type Attributes, NO_ATTRIBUTES } from "./attributes.ts";
import { type DisbursementFacts, type Loan, type PaymentFacts, PLAIN_PAYMENT } from "./facts.ts";

/** A payment as its record says it is. */
export type PaymentRecord = Omit<PaymentFacts, "row_events"> & {
  /** True if some event of it has a `change_date`. */
  readonly is_dated: boolean;
};

/** The records of one live disbursement; lists are in the order of the log. */
interface LoanRecords {
  readonly disbursement: DisbursementFacts & { readonly insurer_name: string | null };
  /** The event that created the disbursement. What is older belongs to a deleted one of the same id. */
  readonly created_seq: number;
  readonly terms: readonly (AgreedTerms & { readonly sequence: number })[];
  /** Its live payments. */
  readonly payments: readonly PaymentRecord[];
  /** The events of payments that have dated ones, deleted payments included. */
  readonly payment_terms: readonly PaymentTerms[];
}

/** A disbursement as positions follow from it, and as reports select it. */
export interface SelectableLoan {
  readonly loan: Loan;
  readonly attributes: Attributes;
}

/** The facts of a disbursement from its records, without what its `info` and its client say. */
export function loanOf({
  disbursement,
  created_seq,
  terms,
  payments,
  payment_terms,
}: LoanRecords): SelectableLoan {
  const own = terms.filter(({ sequence }) => sequence >= created_seq);
  const [first, ...changes] = own;
  if (!first) throw new Error("a disbursement has the terms that it was created with");
  const facts = paymentsOf({ payments, payment_terms, created_seq }, disbursement.currency);
  return {
    loan: { disbursement, terms: [first, ...changes], payments: facts },
    attributes: { ...NO_ATTRIBUTES, insurer_name: disbursement.insurer_name, pledges: own },
  };
}

/** The live payments with their dated events, and deleted ones that have some: they matter before the delete. */
function paymentsOf(
  { payments, payment_terms, created_seq }: Pick<LoanRecords, "payments" | "payment_terms" | "created_seq">,
  currency: string,
): readonly PaymentFacts[] {
  const eventsOf = Map.groupBy(payment_terms, ({ payment_id }) => payment_id);
  const live = payments.map(({ is_dated, ...payment }): PaymentFacts => {
    const row_events = is_dated ? (eventsOf.get(payment.payment_id) ?? null) : null;
    eventsOf.delete(payment.payment_id);
    return { ...payment, row_events };
  });
  const deleted = [...eventsOf].flatMap(([payment_id, row_events]): PaymentFacts[] => {
    const isOwn = row_events.some(({ sequence }) => sequence > created_seq);
    return isOwn ? [{ ...DELETED, payment_id, currency, row_events }] : [];
  });
  return [...live, ...deleted];
}

/** A deleted payment says nothing but its dated events, which matter for days before its delete. */
const DELETED = {
  ...PLAIN_PAYMENT,
  status: "canceled",
  installment_number: null,
  due_date: "",
  payment_date: null,
  payment_total: 0n,
  payment_principal: null,
  payment_fee: null,
  expected_total: null,
  expected_principal: null,
  expected_fee: null,
  expected_due_date: null,
} as const;
