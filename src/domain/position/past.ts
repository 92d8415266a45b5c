import type { Past } from "../tape/past.ts";
import { isLive } from "../tape/record.ts";
import type { Loan } from "./facts.ts";

/** Those of some disbursements that were live in a past, with their terms and payments. */
export function loansOf({ state, writes }: Past, ids: readonly string[]): readonly Loan[] {
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
    return [
      { disbursement: stored.record, terms: [first, ...changes] as const, payments: payments.get(id) ?? [] },
    ];
  });
}
