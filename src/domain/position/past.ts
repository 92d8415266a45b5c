import type { Past } from "../tape/past.ts";
import { isLive } from "../tape/record.ts";
import { loanOf, type SelectableLoan } from "./from-records.ts";

/** Those of some disbursements that were live in a past, with their terms and payments. */
export function loansOf({ state, writes }: Past, ids: readonly string[]): readonly SelectableLoan[] {
  const live = [...state.payment.values()].filter(isLive).map(({ record }) => record);
  const paymentsOf = Map.groupBy(live, ({ disbursement_id }) => disbursement_id);
  const termsOf = Map.groupBy(writes.terms, ({ disbursement_id }) => disbursement_id);
  const datedOf = Map.groupBy(writes.paymentTerms, ({ disbursement_id }) => disbursement_id);
  return ids.flatMap((id) => {
    const stored = state.disbursement.get(id);
    if (!isLive(stored)) return [];
    const { record: disbursement, created_seq } = stored;
    const terms = termsOf.get(id) ?? [];
    const payments = paymentsOf.get(id) ?? [];
    const payment_terms = datedOf.get(id) ?? [];
    return [loanOf({ disbursement, created_seq, terms, payments, payment_terms })];
  });
}
