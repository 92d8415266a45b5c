import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { PaidFacts, PaymentFacts } from "./facts.ts";
import { byText } from "./order.ts";
import { negative, type Parts, receivedParts } from "./parts.ts";

/** Money of a paid payment. A refund has the sign turned. */
export interface Receipt extends Parts {
  readonly payment_id: string;
  readonly installment_number: number | null;
  readonly day: Day;
  /** The fee that counts towards the margin; the upfront fee (installment 0) does not. */
  readonly earned: bigint;
  readonly is_refund: boolean;
}

/** The paid payments of a loan, in the order of their days. */
export interface Money {
  /** Receipts and refunds. On one day, receipts go first, by `payment_id`. */
  readonly receipts: readonly Receipt[];
  /** Money on what was written off; it counts nowhere else. */
  readonly recoveries: readonly Receipt[];
}

/** What is `paid`, on the day of its payment date, or of its due date if it has none. */
export function moneyOf(payments: readonly PaymentFacts[], calendar: Calendar): Money {
  const paid = payments.filter(({ status }) => status === "paid");
  const inTime = (some: readonly PaymentFacts[]) =>
    some.map((payment) => receiptOf(payment, calendar)).sort(byDay);
  return {
    receipts: inTime(paid.filter(({ recovery }) => !recovery)),
    recoveries: inTime(paid.filter(({ recovery }) => recovery)),
  };
}

/** The money of a paid payment (docs/portfolio.md#parts-of-a-receipt). */
export function receiptOf(payment: PaidFacts & Pick<PaymentFacts, "refund">, calendar: Calendar): Receipt {
  const { payment_id, installment_number, refund: is_refund } = payment;
  const parts = is_refund ? negative(receivedParts(payment)) : receivedParts(payment);
  const earned = installment_number === 0 ? 0n : parts.fee;
  return { payment_id, installment_number, day: receivedOn(payment, calendar), ...parts, earned, is_refund };
}

/** The day on which a paid payment came in. */
export function receivedOn(
  { payment_date, due_date }: Pick<PaidFacts, "payment_date" | "due_date">,
  { dayOf }: Calendar,
): Day {
  return dayOf(payment_date ?? due_date);
}

/** The receipts up to a day. They are in the order of their days. */
export function upTo(receipts: readonly Receipt[], day: Day): readonly Receipt[] {
  const end = receipts.findIndex((receipt) => receipt.day > day);
  return end === -1 ? receipts : receipts.slice(0, end);
}

const byDay = (a: Receipt, b: Receipt): number =>
  byText(a.day, b.day) || Number(a.is_refund) - Number(b.is_refund) || byText(a.payment_id, b.payment_id);
