import type { StoredDate } from "../core/dates.ts";
import { type Day, dayOf } from "./days.ts";
import type { DisbursementFacts, TermsRow } from "./facts.ts";

/** Agreed terms; amounts in minor units. */
export interface Terms {
  readonly amount: bigint;
  readonly margin: bigint;
  readonly maturity_date: StoredDate | null;
}

/** A change of terms, with the terms after its event. */
export interface TermsChange extends Terms {
  readonly sequence: number;
  readonly change_date: StoredDate;
}

/** The terms as of a day, and the sums of the changes up to that day. */
export interface TermsAsOf extends Terms {
  readonly first_agreed: Terms;
  readonly changes: readonly TermsChange[];
  /** Sums of what the changes added to the amount, deducted from it, and deducted from the margin. */
  readonly raised: bigint;
  readonly written_off: bigint;
  readonly rebates: bigint;
}

/** A disbursement starts on its `disbursement_date`, a purchase on its `payment_date`. */
export function startOf({ kind, disbursement_date, payment_date }: DisbursementFacts): Day {
  return dayOf((kind === "loan" ? disbursement_date : payment_date) ?? "");
}

/**
 * Amount and margin as of a day are the first-agreed ones plus the changes whose `change_date` is not after that day.
 * The maturity is that of the last such change in the order of the log (docs/portfolio.md#terms).
 */
export function termsAsOf([first, ...later]: readonly [TermsRow, ...TermsRow[]], day: Day): TermsAsOf {
  const first_agreed = agreed(first);
  let { amount, margin, maturity_date } = first_agreed;
  let raised = 0n;
  let written_off = 0n;
  let rebates = 0n;
  const changes: TermsChange[] = [];
  let before = first;
  for (const row of later) {
    const amountChange = row.disbursement_amount - before.disbursement_amount;
    const marginChange = row.total_expected_margin - before.total_expected_margin;
    const said = row.maturity_date !== before.maturity_date;
    before = row;
    // A change of only the creditor to whom it is pledged is no change of terms.
    const isChange = said || amountChange !== 0n || marginChange !== 0n;
    if (!isChange || dayOf(row.on_date) > day) continue;
    amount += amountChange;
    margin += marginChange;
    if (said) maturity_date = row.maturity_date;
    if (amountChange > 0n) raised += amountChange;
    else written_off -= amountChange;
    if (marginChange < 0n) rebates -= marginChange;
    changes.push({ sequence: row.sequence, change_date: row.on_date, ...agreed(row) });
  }
  return { amount, margin, maturity_date, first_agreed, changes, raised, written_off, rebates };
}

const agreed = (row: TermsRow): Terms => ({
  amount: row.disbursement_amount,
  margin: row.total_expected_margin,
  maturity_date: row.maturity_date,
});
