import type { Day } from "../core/dates.ts";
import type { Allocation } from "./allocation.ts";
import type { Installment } from "./installment.ts";
import { lesser } from "./parts.ts";
import type { Receipt } from "./receipts.ts";
import { type StayingMoney, stayingMoney } from "./stays.ts";

/** An installment with what receipts up to a day cover of it. */
export interface CoveredInstallment extends Installment {
  readonly covered: bigint;
  /** The day on which it was covered in full for good. */
  readonly paid_on: Day | null;
}

/**
 * Lets money cover installments in their order (docs/portfolio.md#coverage). Money that waits for the rest of an
 * installment is not yet its own: when money of its own comes in, the waiting money moves to the next.
 */
export function covered(
  installments: readonly Installment[],
  receipts: readonly Receipt[],
  allocation: Allocation,
): readonly CoveredInstallment[] {
  const rowOf = allocation === "own" ? ownRows(installments) : () => undefined;
  const left = installments.map(({ total }) => total);
  const paid_on: (Day | null)[] = installments.map(() => null);
  let waiting = 0n;
  let oldest = 0;
  const pay = (index: number, amount: bigint, day: Day) => {
    const before = left[index] ?? 0n;
    left[index] = before - amount;
    if (amount > 0n && before === amount) paid_on[index] = day;
  };
  for (const money of stayingMoney(receipts, allocation)) {
    const own = rowOf(money);
    const onOwn = own === undefined ? 0n : lesser(left[own] ?? 0n, money.amount);
    if (own !== undefined) pay(own, onOwn, money.day);
    waiting += money.amount - onOwn;
    for (let rest = left[oldest]; rest !== undefined && rest <= waiting; rest = left[oldest]) {
      pay(oldest, rest, money.day);
      waiting -= rest;
      oldest += 1;
    }
  }
  if (oldest < left.length) left[oldest] = (left[oldest] ?? 0n) - waiting;
  return installments.map((installment, index) => ({
    ...installment,
    covered: installment.total - (left[index] ?? 0n),
    paid_on: paid_on[index] ?? null,
  }));
}

/**
 * The installment on which money was recorded: the receipt is that payment, or it has the number of exactly one expected
 * installment.
 */
function ownRows(installments: readonly Installment[]): (money: StayingMoney) => number | undefined {
  const byId = new Map(installments.map(({ payment_id }, index) => [payment_id, index]));
  const byNumber = new Map<number | null, number | undefined>([[null, undefined]]);
  for (const [index, { installment_number, self_scheduled }] of installments.entries()) {
    if (self_scheduled) continue;
    byNumber.set(installment_number, byNumber.has(installment_number) ? undefined : index);
  }
  return ({ payment_id, installment_number }) => byId.get(payment_id) ?? byNumber.get(installment_number);
}

/** What money recorded on each installment covers of it, in the order of the installments. */
export function coveredByOwn(
  installments: readonly Installment[],
  receipts: readonly Receipt[],
): readonly bigint[] {
  const rowOf = ownRows(installments);
  const own = installments.map(() => 0n);
  for (const money of stayingMoney(receipts, "own")) {
    const index = rowOf(money);
    if (index !== undefined) own[index] = (own[index] ?? 0n) + money.amount;
  }
  return installments.map(({ total }, index) => lesser(own[index] ?? 0n, total));
}
