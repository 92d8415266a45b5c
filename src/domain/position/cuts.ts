import { type Installment, isUpfront } from "./installment.ts";
import { atLeastZero, lesser, sumOf } from "./parts.ts";
import type { TermsAsOf } from "./terms.ts";

/**
 * Reductions reach the schedule: where it is larger than amount and margin as of the day, write-offs and rebates cut it
 * from the latest row backwards. First fees above the margin go, then principal: what is left of the cut is never more
 * than the principal above the amount. A schedule that the lender corrected is not cut (docs/portfolio.md#reductions).
 */
export function afterCuts(
  installments: readonly Installment[],
  { amount, margin, reductions }: Pick<TermsAsOf, "amount" | "margin" | "reductions">,
): readonly Installment[] {
  if (reductions === 0n) return installments;
  const due = sumOf(installments.filter((row) => !isUpfront(row)));
  const cut = lesser(atLeastZero(due.total - amount - margin), reductions);
  if (cut === 0n) return installments;
  const fees = lesser(cut, atLeastZero(due.fee - margin));
  return cutBackwards(cutBackwards(installments, "fee", fees), "principal", cut - fees);
}

function cutBackwards(
  rows: readonly Installment[],
  part: "fee" | "principal",
  amount: bigint,
): readonly Installment[] {
  let left = amount;
  const backwards = rows.toReversed().map((row) => {
    const taken = isUpfront(row) ? 0n : lesser(row[part], left);
    left -= taken;
    return { ...row, total: row.total - taken, [part]: row[part] - taken };
  });
  return backwards.toReversed();
}
