import type { Day } from "../core/dates.ts";
import type { PaymentFinding } from "../tape/warnings.ts";
import { covered, paidByOwn } from "./coverage.ts";
import { isUpfront } from "./installment.ts";
import { byText } from "./order.ts";
import { sumOf } from "./parts.ts";
import type { Position } from "./position.ts";
import { isCounted, type Ready } from "./ready.ts";
import { receivedOn, upTo } from "./receipts.ts";
import type { Schedule } from "./schedule.ts";
import { changesOf } from "./terms.ts";

/** Every quality rule, in the order of the answer (docs/portfolio.md#quality). */
export const QUALITY_CODES = [
  "paid_more_than_expected",
  "paid_more_than_loan",
  "received_before_disbursement",
  "received_in_future",
  "schedule_differs_from_terms",
  "schedule_parts_differ_from_terms",
  "installment_gap",
  "paid_without_date",
  "own_row_unpaid",
  "same_bank_ref",
  "change_out_of_order",
  "extension_without_schedule",
  "matured_open",
  "shared_registration_number",
  "currency_differs",
] as const;
export type QualityCode = (typeof QUALITY_CODES)[number];

type Applies = (one: Ready, position: Position, day: Day) => boolean;

/** The rules about a disbursement. */
export const DISBURSEMENT_RULES: Readonly<
  Record<
    Exclude<QualityCode, PaymentFinding | PaymentRule | "shared_registration_number" | "currency_differs">,
    Applies
  >
> = {
  /** Receipts, less what repaid a write-off, exceed amount and margin: exactly where something is overpaid. */
  paid_more_than_loan: (_, { overpaid }) => overpaid > 0n,
  schedule_differs_from_terms: ({ agreementAt }, { terms }, day) =>
    scheduleSum(agreementAt(day).schedule).total !== terms.amount + terms.margin,
  schedule_parts_differ_from_terms: ({ agreementAt }, { terms }, day) => {
    const { schedule } = agreementAt(day);
    const { total, fee } = scheduleSum(schedule);
    const hasRows = schedule.installments.some((row) => !isUpfront(row));
    return hasRows && total === terms.amount + terms.margin && fee !== terms.margin;
  },
  installment_gap: ({ agreementAt }, _, day) => hasGap(agreementAt(day).schedule),
  /** Before the start, or before an earlier event's change of the same term. */
  change_out_of_order: ({ loan, start, calendar }, _, day) => {
    const changes = [...changesOf(loan.terms, calendar)];
    return changes.some(({ terms, on }, index) => {
      const later = changes.slice(0, index).filter((earlier) => earlier.on > on);
      return on <= day && (on < start || later.some((one) => one.terms.some((term) => terms.includes(term))));
    });
  },
  extension_without_schedule: ({ agreementAt }, { terms }, day) => {
    const { schedule, maturity } = agreementAt(day);
    return terms.extensions.some(
      ({ from, to }) =>
        from < to &&
        maturity !== null &&
        maturity > from &&
        schedule.installments.every(({ due }) => due <= from),
    );
  },
  matured_open: (_, { state }) => state === "matured_unpaid",
};

const scheduleSum = ({ installments }: Schedule) => sumOf(installments.filter((row) => !isUpfront(row)));

/** The numbers from 1 that were ever expected, or that a receipt with an installment of its own has, are not consecutive. */
function hasGap({ installments, expected_numbers }: Schedule): boolean {
  const numbers = new Set(expected_numbers);
  for (const { installment_number: number } of installments) if (number !== null) numbers.add(number);
  numbers.delete(0);
  return [...numbers].some((number) => number > numbers.size);
}

type PaymentRule = "own_row_unpaid" | "same_bank_ref";

/** The rules about payments that need the other payments: each returns ids of payments. */
export const PAYMENT_RULES: Readonly<Record<PaymentRule, (one: Ready, day: Day) => readonly string[]>> = {
  /** A due row is covered by money that was not recorded on it, and its own does not cover it. */
  own_row_unpaid: ({ agreementAt, money }, day) => {
    const { installments } = agreementAt(day).schedule;
    const receipts = upTo(money.receipts, day);
    const own = paidByOwn(installments, receipts);
    return covered(installments, receipts, "oldest")
      .filter((row) => row.due <= day && row.covered === row.total && !own.has(row.payment_id))
      .map(({ payment_id }) => payment_id);
  },
  /** Paid payments with one bank reference, day and amount: each beyond the first. */
  same_bank_ref: ({ loan, calendar }) => {
    const seen = new Set<string>();
    const paid = loan.payments
      .filter((payment) => payment.status === "paid" && isCounted(loan, payment))
      .sort((a, b) => byText(a.payment_id, b.payment_id));
    return paid.flatMap((payment) => {
      const { payment_id, bank_ref, payment_total, refund } = payment;
      if (bank_ref === null) return [];
      const key = JSON.stringify([bank_ref, receivedOn(payment, calendar), String(payment_total), refund]);
      const isSecond = seen.has(key);
      seen.add(key);
      return isSecond ? [payment_id] : [];
    });
  },
};
