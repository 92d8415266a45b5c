import { type Installment, isUpfront } from "./installment.ts";
import { atLeastZero, lesser, sumOf } from "./parts.ts";
import type { TermsAsOf } from "./terms.ts";

type Part = "fee" | "principal";

/**
 * Reductions reach the schedule: where it is larger than amount and margin as of the day, write-offs and rebates cut it
 * from the latest row backwards. First fees above the margin go, then principal above the amount, then what is left of
 * the cut. A schedule that the lender corrected is not cut (docs/portfolio.md#reductions).
 */
export function afterCuts(
  installments: readonly Installment[],
  { amount, margin, reductions }: Pick<TermsAsOf, "amount" | "margin" | "reductions">,
): readonly Installment[] {
  const due = sumOf(installments.filter((row) => !isUpfront(row)));
  const cut = lesser(atLeastZero(due.total - amount - margin), reductions);
  if (cut === 0n) return installments;
  const fees = lesser(cut, atLeastZero(due.fee - margin));
  const principal = lesser(cut - fees, atLeastZero(due.principal - amount));
  const rows = [...installments];
  cutBackwards(rows, ["fee"], fees);
  cutBackwards(rows, ["principal"], principal);
  cutBackwards(rows, ["principal", "fee"], cut - fees - principal);
  return rows;
}

function cutBackwards(rows: Installment[], parts: readonly Part[], amount: bigint): void {
  let left = amount;
  for (let index = rows.length - 1; index >= 0 && left > 0n; index -= 1) {
    let row = rows[index];
    if (!row || isUpfront(row)) continue;
    for (const part of parts) {
      const taken: bigint = lesser(row[part], left);
      left -= taken;
      row = { ...row, total: row.total - taken, [part]: row[part] - taken };
    }
    rows[index] = row;
  }
}
