import type { Day } from "../core/dates.ts";
import type { CoveredInstallment } from "./coverage.ts";
import { daysBetween } from "./days.ts";
import type { Owed } from "./owed.ts";
import { NOTHING, type Parts, plus, restOf } from "./parts.ts";

/** Rows of the schedule that are due up to a day, and the next ones. */
export interface Due {
  readonly scheduled: Parts;
  readonly uncovered: Parts;
  /** The due day of the oldest row up to the day that is not covered in full. */
  readonly oldest_uncovered: Day | null;
  /** The next due day after the day on which something is not covered, and how much. */
  readonly next_due: { readonly due: Day; readonly amount: bigint } | null;
}

export function dueAt(installments: readonly CoveredInstallment[], day: Day): Due {
  let [scheduled, uncovered] = [NOTHING, NOTHING];
  let oldest_uncovered: Day | null = null;
  let next: { due: Day; amount: bigint } | null = null;
  for (const installment of installments) {
    const { due, total, covered } = installment;
    const isDue = due <= day;
    if (isDue) scheduled = plus(scheduled, installment);
    if (covered === total) continue;
    if (isDue) {
      uncovered = plus(uncovered, restOf(installment, covered));
      oldest_uncovered ??= due;
    } else {
      next ??= { due, amount: 0n };
      if (next.due === due) next.amount += total - covered;
    }
  }
  return { scheduled, uncovered, oldest_uncovered, next_due: next };
}

/** How late a loan is. */
interface Lateness {
  readonly arrears: Parts;
  /** Only where there are arrears. */
  readonly days: number;
}

/**
 * Arrears are what is due and not covered; past maturity they are at least all that is owed. Days count from the oldest
 * row that is not covered in full, or else from maturity (docs/portfolio.md#arrears).
 */
export function latenessAt(
  day: Day,
  { uncovered, oldest_uncovered }: Due,
  { outstanding, margin_due }: Owed,
  maturity: Day | null,
): Lateness {
  const isMatured = maturity !== null && day > maturity;
  const all = { total: outstanding + margin_due, principal: outstanding, fee: margin_due };
  const arrears = isMatured && uncovered.total < all.total ? all : uncovered;
  return { arrears, days: daysBetween(oldest_uncovered ?? maturity ?? day, day) };
}
