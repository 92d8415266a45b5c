import type { Payment } from "../tape/fields.ts";
import type { Past } from "../tape/past.ts";
import { isLive } from "../tape/record.ts";
import type { Attributes } from "./attributes.ts";
import { type Loan, type PaymentFacts, PLAIN_PAYMENT } from "./facts.ts";

/** A loan as the log knew it, with what reports filter by; the country is of another record. */
interface PastLoan {
  readonly loan: Loan;
  readonly attributes: Omit<Attributes, "country">;
}

/** Those of some disbursements that were live in a past, with their terms and payments. */
export function loansOf({ state, writes }: Past, ids: readonly string[]): readonly PastLoan[] {
  const live = [...state.payment.values()].filter(isLive).map(({ record }) => record);
  const payments = Map.groupBy(live, ({ disbursement_id }) => disbursement_id);
  const terms = Map.groupBy(writes.terms, ({ disbursement_id }) => disbursement_id);
  return ids.flatMap((id) => {
    const stored = state.disbursement.get(id);
    if (!isLive(stored)) return [];
    // The terms of an earlier life stay apart.
    const own = (terms.get(id) ?? []).filter(({ sequence }) => sequence >= stored.created_seq);
    const [first, ...changes] = own;
    if (!first) throw new Error("a disbursement has the terms that it was created with");
    const loan = {
      disbursement: stored.record,
      terms: [first, ...changes] as const,
      payments: (payments.get(id) ?? []).map(factsOf),
    };
    const pledges = own.map(({ on_date, pledge_creditor }) => ({ on_date, pledge_creditor }));
    return [{ loan, attributes: { insurer_name: stored.record.insurer_name, pledges } }];
  });
}

const factsOf = (payment: Payment): PaymentFacts => ({ ...PLAIN_PAYMENT, ...payment });
