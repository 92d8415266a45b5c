import type { Allocation } from "./allocation.ts";
import type { Receipt } from "./receipts.ts";

/** Money that a receipt brought and that no refund took back. */
export interface StayingMoney extends Pick<Receipt, "payment_id" | "installment_number" | "day"> {
  readonly amount: bigint;
}

/**
 * A refund takes back money that came before it, the latest first: so much less covers the schedule. Where money belongs
 * to rows, it first takes back money with its own installment number. What it does not find it takes from later money.
 */
export function stayingMoney(receipts: readonly Receipt[], allocation: Allocation): readonly StayingMoney[] {
  const staying: { -readonly [K in keyof StayingMoney]: StayingMoney[K] }[] = [];
  let owed = 0n;
  for (const { payment_id, installment_number, day, total, is_refund } of receipts) {
    if (is_refund) {
      const byNumber = allocation === "own" && installment_number !== null;
      const ofRow = byNumber
        ? staying.filter((money) => money.installment_number === installment_number)
        : [];
      owed = takeBack(staying, takeBack(ofRow, owed - total));
    } else {
      const used = owed < total ? owed : total;
      owed -= used;
      staying.push({ payment_id, installment_number, day, amount: total - used });
    }
  }
  return staying;
}

/** Takes an amount from the latest money backwards, and returns what it did not find. */
function takeBack(staying: readonly { amount: bigint }[], amount: bigint): bigint {
  let left = amount;
  for (let index = staying.length - 1; index >= 0 && left > 0n; index -= 1) {
    const money = staying[index];
    if (!money) continue;
    const taken = money.amount < left ? money.amount : left;
    money.amount -= taken;
    left -= taken;
  }
  return left;
}
