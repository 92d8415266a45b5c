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

/** A row while money is put on it. */
interface Open {
  readonly row: Installment;
  left: bigint;
  paid_on: Day | null;
}

const opened = (installments: readonly Installment[]): readonly Open[] =>
  installments.map((row) => ({ row, left: row.total, paid_on: null }));

/** Pays as much of a row as is left of it. Returns how much that was. */
function pay(open: Open, amount: bigint, day: Day): bigint {
  const paid = lesser(open.left, amount);
  open.left -= paid;
  if (paid > 0n && open.left === 0n) open.paid_on = day;
  return paid;
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
  const rows = opened(installments);
  const ownRow = allocation === "own" ? ownRows(rows) : () => undefined;
  let waiting = 0n;
  let oldest = 0;
  for (const money of stayingMoney(receipts, allocation)) {
    const own = ownRow(money);
    waiting += money.amount - (own ? pay(own, money.amount, money.day) : 0n);
    for (let next = rows[oldest]; next && next.left <= waiting; next = rows[oldest]) {
      waiting -= pay(next, next.left, money.day);
      oldest += 1;
    }
  }
  const next = rows[oldest];
  if (next) next.left -= waiting;
  return rows.map(({ row, left, paid_on }) => ({ ...row, covered: row.total - left, paid_on }));
}

/**
 * The installment on which money was recorded: the receipt is that payment, or it has the number of exactly one expected
 * installment.
 */
function ownRows(rows: readonly Open[]): (money: StayingMoney) => Open | undefined {
  const byId = new Map(rows.map((one) => [one.row.payment_id, one]));
  const byNumber = new Map<number | null, Open | undefined>([[null, undefined]]);
  for (const one of rows) {
    const { installment_number, self_scheduled } = one.row;
    if (self_scheduled) continue;
    byNumber.set(installment_number, byNumber.has(installment_number) ? undefined : one);
  }
  return ({ payment_id, installment_number }) => byId.get(payment_id) ?? byNumber.get(installment_number);
}

/** The payments whose installments are covered in full by money that was recorded on them. */
export function paidByOwn(
  installments: readonly Installment[],
  receipts: readonly Receipt[],
): ReadonlySet<string> {
  const rows = opened(installments);
  const ownRow = ownRows(rows);
  for (const money of stayingMoney(receipts, "own")) {
    const own = ownRow(money);
    if (own) pay(own, money.amount, money.day);
  }
  return new Set(rows.filter(({ left }) => left === 0n).map(({ row }) => row.payment_id));
}
