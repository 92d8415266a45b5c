import type { Day } from "../core/dates.ts";
import { type Installment, inOrder, isUpfront } from "./installment.ts";
import { atLeastZero, firstOf, lesser, type Parts, sumOf } from "./parts.ts";
import type { TermsAsOf } from "./terms.ts";

/** A receipt of a payment that was never expected, due on the day of its `due_date`. */
export interface UnplannedReceipt extends Parts {
  readonly payment_id: string;
  readonly installment_number: number | null;
  readonly due: Day;
}

/**
 * Receipts that were never expected count as their own installments only as far as the expected rows lack something of
 * what was agreed. So a tape of receipts has no arrears, a tape that begins in mid-life is whole, and a lump sum on a
 * full schedule is only money (docs/portfolio.md#unplanned-receipts).
 */
export function ownInstallments(
  receipts: readonly UnplannedReceipt[],
  expected: readonly Installment[],
  terms: TermsAsOf,
): readonly Installment[] {
  if (receipts.length === 0) return [];
  const numbers = new Set(expected.map(({ installment_number }) => installment_number));
  const isFree = ({ installment_number: number }: UnplannedReceipt) =>
    number === null || !numbers.has(number);
  const free = receipts.filter(isFree).sort(inOrder);
  const planned = expected.filter((row) => !isUpfront(row));
  const [first] = planned.map(({ due }) => due).sort();
  let lacking = atLeastZero(agreedInAll(terms) - sumOf(planned).total);
  return free.flatMap((receipt) => {
    if (isUpfront(receipt)) return [asInstallment(receipt, receipt)];
    const filled = first === undefined || receipt.due < first ? lesser(receipt.total, lacking) : 0n;
    lacking -= filled;
    return filled === 0n ? [] : [asInstallment(receipt, firstOf(receipt, filled))];
  });
}

const agreedInAll = ({ first_agreed, raised, margin_raised }: TermsAsOf): bigint =>
  first_agreed.amount + first_agreed.margin + raised + margin_raised;

const asInstallment = (
  { payment_id, installment_number, due }: UnplannedReceipt,
  parts: Parts,
): Installment => {
  const { total, principal, fee } = parts;
  const expected = { total, principal, fee };
  return { payment_id, installment_number, due, ...expected, expected, self_scheduled: true };
};
