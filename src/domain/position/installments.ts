import { type Day, daysBetween } from "./days.ts";
import type { Installment, Schedule } from "./schedule.ts";

/** An installment as of a day. */
export interface InstallmentAt extends Installment {
  /** The amount that receipts up to the day cover. */
  readonly covered: bigint;
  /** Days from its due day to the day on which it was covered in full, or else to the day asked for; 0 if not late. */
  readonly days_late: number;
  /** The day on which it was covered in full, by any payment. */
  readonly paid_on: Day | null;
}

/** Every installment of a schedule with its coverage as of a day, in the order in which money covers them. */
export function installmentsAt({ installments, receipts }: Schedule, day: Day): InstallmentAt[] {
  const money = receipts.filter((receipt) => receipt.day <= day);
  const all = money.reduce((sum, { total }) => sum + total, 0n);
  let needed = 0n;
  let came = 0n;
  let next = 0;
  let last: Day = "";
  return installments.map((installment) => {
    const before = needed;
    needed += installment.total;
    for (let receipt = money[next]; receipt && came < needed; receipt = money[next]) {
      came += receipt.total;
      last = receipt.day;
      next += 1;
    }
    const left = all > before ? all - before : 0n;
    const covered = left < installment.total ? left : installment.total;
    const paid_on = covered === installment.total ? last : null;
    const days_late = Math.max(0, daysBetween(installment.due, paid_on ?? day));
    return { ...installment, covered, days_late, paid_on };
  });
}
