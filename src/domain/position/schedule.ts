import { type Day, dayOf } from "./days.ts";
import type { Loan, PaymentFacts } from "./facts.ts";

/** An amount of money and its parts, in minor units. */
export interface Parts {
  readonly total: bigint;
  readonly principal: bigint;
  readonly fee: bigint;
}

export const NOTHING: Parts = { total: 0n, principal: 0n, fee: 0n };

/** One installment of a schedule: what is due, and when. */
export interface Installment extends Parts {
  readonly payment_id: string;
  readonly installment_number: number | null;
  readonly due: Day;
}

/** Money that came in. */
export interface Receipt extends Parts {
  readonly payment_id: string;
  readonly day: Day;
  /** The fee that counts towards the margin; the upfront fee (installment 0) does not. */
  readonly earned: bigint;
}

/** A loan's schedule in the order in which money covers it, and its receipts in the order in which they arrived. */
export interface Schedule {
  readonly installments: readonly Installment[];
  readonly receipts: readonly Receipt[];
}

/** A payment whose currency differs from its disbursement's counts in no position; it is a quality finding. */
export const isCounted = (loan: Loan, payment: PaymentFacts): boolean =>
  payment.currency === loan.disbursement.currency;

export function scheduleOf(loan: Loan): Schedule {
  const payments = loan.payments.filter((payment) => isCounted(loan, payment));
  return { installments: installmentsOf(payments), receipts: receiptsOf(payments) };
}

/**
 * A payment is scheduled if it was ever expected and is not canceled, with the day and total that were expected last. A
 * paid payment that was never expected schedules itself on its due date, unless an expected payment has the same
 * installment number: then it is only a receipt (docs/portfolio.md#scheduled).
 */
function installmentsOf(payments: readonly PaymentFacts[]): Installment[] {
  const standing = payments.filter(({ status }) => status !== "canceled");
  const numbers = new Set(standing.filter(wasExpected).map(({ installment_number }) => installment_number));
  const installments = standing.flatMap((payment) => {
    const { payment_id, installment_number, due_date } = payment;
    const { expected_total, expected_principal, expected_fee, expected_due_date } = payment;
    if (expected_total !== null) {
      const parts = partsOf(installment_number, expected_total, expected_principal, expected_fee, null);
      return [{ payment_id, installment_number, due: dayOf(expected_due_date ?? due_date), ...parts }];
    }
    const stated = installment_number !== null && numbers.has(installment_number);
    if (payment.status !== "paid" || stated) return [];
    return [{ payment_id, installment_number, due: dayOf(due_date), ...receivedParts(payment) }];
  });
  return installments.sort((a, b) => inOrder(a.due, b.due) || inOrder(a.payment_id, b.payment_id));
}

const wasExpected = ({ expected_total }: PaymentFacts): boolean => expected_total !== null;

/** The receipts: what is `paid`, on the day of its payment date, or of its due date if it has none. */
function receiptsOf(payments: readonly PaymentFacts[]): Receipt[] {
  const receipts = payments.filter(({ status }) => status === "paid").map(receiptOf);
  return receipts.sort((a, b) => inOrder(a.day, b.day) || inOrder(a.payment_id, b.payment_id));
}

/** The receipt of a paid payment (docs/portfolio.md#parts-of-a-receipt). */
export function receiptOf(payment: PaymentFacts): Receipt {
  const parts = receivedParts(payment);
  const earned = payment.installment_number === 0 ? 0n : parts.fee;
  return { payment_id: payment.payment_id, day: receivedOn(payment), ...parts, earned };
}

/** The day on which a paid payment came in. */
export const receivedOn = ({ payment_date, due_date }: PaymentFacts): Day => dayOf(payment_date ?? due_date);

/** The parts of a paid payment. */
export function receivedParts(payment: PaymentFacts): Parts {
  const { installment_number, payment_total, payment_principal, payment_fee, expected_fee } = payment;
  return partsOf(installment_number, payment_total, payment_principal, payment_fee, expected_fee);
}

/**
 * The parts of a total (docs/portfolio.md#parts-of-a-receipt). The upfront fee (installment 0) is all fee. Any other
 * payment has its own parts if they are known. If not, the fee is the lesser of the total and the expected fee, and the
 * rest is principal; without an expected fee, all is principal.
 */
function partsOf(
  installment_number: number | null,
  total: bigint,
  principal: bigint | null,
  fee: bigint | null,
  expectedFee: bigint | null,
): Parts {
  if (installment_number === 0) return { total, principal: 0n, fee: total };
  if (principal !== null && fee !== null) return { total, principal, fee };
  const due = expectedFee ?? 0n;
  const part = due < total ? due : total;
  return { total, principal: total - part, fee: part };
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
