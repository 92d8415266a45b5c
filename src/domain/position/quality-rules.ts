import type { Day } from "../core/dates.ts";
import type { PaymentFinding } from "../tape/warnings.ts";
import { covered, coveredByOwn } from "./coverage.ts";
import type { TermsRow } from "./facts.ts";
import { isUpfront } from "./installment.ts";
import { sumOf } from "./parts.ts";
import type { Position } from "./position.ts";
import { isCounted, type Ready } from "./ready.ts";
import { receivedOn, upTo } from "./receipts.ts";
import type { Schedule } from "./schedule.ts";
import { changesTerms } from "./terms.ts";

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
  change_out_of_order: ({ loan, start, calendar }, _, day) => {
    const [, ...changes] = loan.terms;
    const isUpToDay = ({ on_date }: TermsRow) => calendar.dayOf(on_date) <= day;
    const isEarly = ({ on_date }: TermsRow) => calendar.dayOf(on_date) < start;
    return changes.some(
      (row, index) =>
        isUpToDay(row) &&
        changesTerms(row, loan.terms[index] ?? row) &&
        (isEarly(row) || isBeforeEarlierChange(loan.terms, index + 1, calendar.dayOf)),
    );
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

const TERMS = ["disbursement_amount", "total_expected_margin", "maturity_date"] as const;

/** An earlier event changed the same term with a later date. */
function isBeforeEarlierChange(
  terms: readonly TermsRow[],
  index: number,
  dayOf: (date: string) => Day,
): boolean {
  const changes = (at: number, term: (typeof TERMS)[number]) => terms[at]?.[term] !== terms[at - 1]?.[term];
  const dayAt = (at: number) => dayOf(terms[at]?.on_date ?? "");
  return TERMS.some(
    (term) =>
      changes(index, term) &&
      terms.some((_, at) => at > 0 && at < index && changes(at, term) && dayAt(at) > dayAt(index)),
  );
}

type PaymentRule = "own_row_unpaid" | "same_bank_ref";

/** The rules about payments that need the other payments: each returns ids of payments. */
export const PAYMENT_RULES: Readonly<Record<PaymentRule, (one: Ready, day: Day) => readonly string[]>> = {
  /** A due row is covered by money that was not recorded on it, and its own does not cover it. */
  own_row_unpaid: ({ agreementAt, money }, day) => {
    const { installments } = agreementAt(day).schedule;
    const receipts = upTo(money.receipts, day);
    const own = coveredByOwn(installments, receipts);
    return covered(installments, receipts, "oldest")
      .filter((row, index) => row.due <= day && row.covered === row.total && (own[index] ?? 0n) < row.total)
      .map(({ payment_id }) => payment_id);
  },
  /** Paid payments with one bank reference, day and amount: each beyond the first. */
  same_bank_ref: ({ loan, calendar }) => {
    const seen = new Set<string>();
    const paid = loan.payments
      .filter((payment) => payment.status === "paid" && !payment.is_deleted && isCounted(loan, payment))
      .sort((a, b) => (a.payment_id < b.payment_id ? -1 : 1));
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
