import type { Allocation } from "./allocation.ts";
import { lesser } from "./parts.ts";
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
  const staying: Held[] = [];
  const byNumber = new Map<number | null, Held[]>();
  let owed = 0n;
  for (const { payment_id, installment_number, day, total, is_refund } of receipts) {
    const ofRow = allocation === "own" ? (byNumber.get(installment_number) ?? []) : [];
    if (is_refund) {
      owed = takeBack(staying, takeBack(ofRow, owed - total));
      continue;
    }
    const used = lesser(owed, total);
    owed -= used;
    const held = { payment_id, installment_number, day, amount: total - used };
    staying.push(held);
    ofRow.push(held);
    if (installment_number !== null) byNumber.set(installment_number, ofRow);
  }
  return staying;
}

type Held = { -readonly [K in keyof StayingMoney]: StayingMoney[K] };

/** Takes an amount from the latest money backwards, and returns what it did not find. */
function takeBack(held: Held[], amount: bigint): bigint {
  let left = amount;
  for (let latest = held.at(-1); latest !== undefined && left > 0n; latest = held.at(-1)) {
    const taken = lesser(latest.amount, left);
    latest.amount -= taken;
    left -= taken;
    if (latest.amount === 0n) held.pop();
  }
  return left;
}
