import type { Day } from "./days.ts";
import { type Installment, NOTHING, type Parts, type Receipt, type Schedule } from "./schedule.ts";

/** How far a schedule is covered as of a day. */
export interface Coverage {
  /** Scheduled up to the day. */
  readonly scheduled: Parts;
  /** Received up to the day. */
  readonly received: Parts & { readonly earned: bigint };
  /** Scheduled up to the day, and not covered by receipts up to the day. */
  readonly arrears: Parts;
  /** The due day of the oldest installment up to the day that is not covered in full. */
  readonly oldest_uncovered: Day | null;
  /** True when the whole schedule is covered, including installments after the day. */
  readonly covers_all: boolean;
  /** The next due day after the day, and the part due then that is not yet covered. */
  readonly next_due: { readonly due: Day; readonly amount: bigint } | null;
}

/**
 * Received money covers the oldest scheduled installment first, regardless of its number, and the fee first within an
 * installment. Arrears as of a day are what is scheduled up to that day and not covered (docs/portfolio.md#arrears).
 */
export function coverageAt({ installments, receipts }: Schedule, day: Day): Coverage {
  const received = receivedUpTo(receipts, day);
  let money = received.total;
  let scheduled = NOTHING;
  let arrears = NOTHING;
  let oldest_uncovered: Day | null = null;
  let next_due: Day | null = null;
  let next_amount = 0n;
  for (const installment of installments) {
    const covered = lesser(money, installment.total);
    money -= covered;
    const rest = uncovered(installment, covered);
    if (installment.due <= day) {
      scheduled = plus(scheduled, installment);
      if (rest.total === 0n) continue;
      arrears = plus(arrears, rest);
      oldest_uncovered ??= installment.due;
    } else if (rest.total > 0n && (next_due ?? installment.due) === installment.due) {
      next_due = installment.due;
      next_amount += rest.total;
    }
  }
  const covers_all = oldest_uncovered === null && next_due === null;
  const next = next_due === null ? null : { due: next_due, amount: next_amount };
  return { scheduled, received, arrears, oldest_uncovered, covers_all, next_due: next };
}

function receivedUpTo(receipts: readonly Receipt[], day: Day): Parts & { readonly earned: bigint } {
  let total = 0n;
  let principal = 0n;
  let earned = 0n;
  for (const receipt of receipts) {
    if (receipt.day > day) break;
    total += receipt.total;
    principal += receipt.principal;
    earned += receipt.earned;
  }
  return { total, principal, fee: total - principal, earned };
}

function uncovered(installment: Installment, covered: bigint): Parts {
  const total = installment.total - covered;
  const fee = installment.fee > covered ? installment.fee - covered : 0n;
  return { total, fee, principal: total - fee };
}

const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export const plus = (a: Parts, b: Parts): Parts => ({
  total: a.total + b.total,
  principal: a.principal + b.principal,
  fee: a.fee + b.fee,
});
