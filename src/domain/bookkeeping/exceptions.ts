import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { DisbursementFacts, TermsRow } from "../position/facts.ts";
import type { PaymentRecord } from "../position/from-records.ts";
import { byText } from "../position/order.ts";
import { owedOf } from "../position/owed.ts";
import { receiptOf } from "../position/receipts.ts";
import { agreedUpTo, startOf, termsAsOf } from "../position/terms.ts";

/** A disbursement, deleted or not, with its terms and its paid payments that are not deleted. */
export interface RecordedLoan {
  readonly disbursement: DisbursementFacts;
  readonly is_deleted: boolean;
  /** The terms of its present life, in the order of the log. */
  readonly terms: readonly TermsRow[];
  readonly receipts: readonly (Omit<PaymentRecord, "is_dated"> & { readonly updated_seq: number })[];
  /** What its origination promises, where a corrected date took back the settlement and no other was posted; else 0. */
  readonly unsettled: bigint;
  /** The sequence of the last event of the disbursement. */
  readonly updated_seq: number;
}

export const REASONS = [
  "overpaid",
  "over_earned",
  "after_write_off",
  "unsettled",
  "paid_before_disbursement",
  "orphan_receipts",
  "currency_differs",
  "kept_by_ledger",
] as const;
type Reason = (typeof REASONS)[number];

/** An irregularity that the books show (docs/bookkeeping.md#exceptions). */
export interface Exception {
  readonly disbursement_id: string;
  readonly payment_id: string | null;
  readonly reason: Reason;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly sequence: number;
}

const LAST_DAY: Day = "9999-12-31";

/** The exceptions of one loan over all its entries, ordered by reason and payment. */
export function exceptionsOf(
  loan: RecordedLoan,
  followsRecords: boolean,
  calendar: Calendar,
): readonly Exception[] {
  const { disbursement, is_deleted, receipts, updated_seq } = loan;
  const { disbursement_id, currency } = disbursement;
  const ofLoan = (reason: Reason, amount_minor: bigint): Exception => ({
    disbursement_id,
    payment_id: null,
    reason,
    amount_minor,
    currency,
    sequence: updated_seq,
  });
  if (!followsRecords) {
    if (is_deleted) return [];
    return [ofLoan("kept_by_ledger", loan.terms.at(-1)?.disbursement_amount ?? 0n)];
  }
  const found: Exception[] = [];
  if (!is_deleted) {
    const moved = { ...movedBy(loan, calendar), unsettled: loan.unsettled };
    for (const reason of LOAN_REASONS) if (moved[reason] > 0n) found.push(ofLoan(reason, moved[reason]));
  }
  for (const payment of receipts) {
    const reason = reasonOf(loan, payment, calendar);
    if (reason === null) continue;
    found.push({
      disbursement_id,
      payment_id: payment.payment_id,
      reason,
      amount_minor: payment.payment_total,
      currency: payment.currency,
      sequence: payment.updated_seq,
    });
  }
  return found.sort((a, b) => byText(placeOf(a), placeOf(b)));
}

const LOAN_REASONS = ["overpaid", "over_earned", "after_write_off", "unsettled"] as const;

/**
 * The money that a position counts otherwise than its parts say, so otherwise than the books hold it
 * (docs/portfolio.md#owed): fees above the margin, what repaid a write-off without a mark, and other principal above the amount.
 */
function movedBy({ disbursement, terms, receipts }: RecordedLoan, calendar: Calendar) {
  const [first, ...changes] = terms;
  if (!first) return { overpaid: 0n, over_earned: 0n, after_write_off: 0n };
  const rows = [first, ...changes] as const;
  const { amount, margin } = agreedUpTo(rows, LAST_DAY, calendar);
  const { written_off } = termsAsOf(rows, LAST_DAY, calendar);
  const received = { principal: 0n, earned: 0n, recoveries: 0n };
  for (const payment of receipts) {
    if (payment.currency !== disbursement.currency) continue;
    const receipt = receiptOf(payment, calendar);
    received.principal += payment.recovery ? 0n : receipt.principal;
    received.earned += payment.recovery ? 0n : receipt.earned;
    received.recoveries += payment.recovery ? receipt.total : 0n;
  }
  const { recovered } = owedOf({ amount, margin, written_off }, received);
  return {
    overpaid: received.principal - amount - recovered,
    over_earned: received.earned - margin,
    after_write_off: recovered,
  };
}

function reasonOf(
  { disbursement, is_deleted }: RecordedLoan,
  payment: RecordedLoan["receipts"][number],
  calendar: Calendar,
): Reason | null {
  if (is_deleted) return "orphan_receipts";
  if (payment.currency !== disbursement.currency) return "currency_differs";
  return receiptOf(payment, calendar).day < startOf(disbursement, calendar)
    ? "paid_before_disbursement"
    : null;
}

/** Identifies an exception among those of its loan; text order is their order. */
export const placeOf = ({ reason, payment_id }: Pick<Exception, "reason" | "payment_id">): string =>
  `${reason} ${payment_id ?? ""}`;
