import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import { afterCuts } from "./cuts.ts";
import { extendedDue } from "./extensions.ts";
import type { PaymentFacts } from "./facts.ts";
import { type Installment, inOrder } from "./installment.ts";
import { partsOf, receivedParts, type SentParts } from "./parts.ts";
import { rowAt } from "./rows.ts";
import type { TermsAsOf } from "./terms.ts";
import { ownInstallments, type UnplannedReceipt } from "./unplanned.ts";

/** A loan's schedule as of a day. */
export interface Schedule {
  /** In the order in which money covers them. */
  readonly installments: readonly Installment[];
  /** The installment numbers of payments that were ever expected, canceled or not; one may be there twice. */
  readonly expected_numbers: readonly number[];
}

/**
 * The schedule as of a day: the rows that were ever expected, on their extended due days, with receipts that count as
 * their own installments, after cuts (docs/portfolio.md#the-schedule).
 */
export function scheduleAt(
  payments: readonly PaymentFacts[],
  terms: TermsAsOf,
  day: Day,
  calendar: Calendar,
): Schedule {
  const rows: Installment[] = [];
  const receipts: UnplannedReceipt[] = [];
  const expected_numbers: number[] = [];
  for (const payment of payments) {
    const row = rowAt(payment, day, calendar);
    if (row === null) continue;
    const { installment_number, status, expected } = row;
    if (expected !== null && installment_number !== null) expected_numbers.push(installment_number);
    if (status === "canceled") continue;
    if (expected !== null) {
      const due = extendedDue(calendar.dayOf(expected.due_date), expected.due_sequence, terms.extensions);
      rows.push(expectedInstallment(payment.payment_id, installment_number, due, expected));
    } else if (isMoney(payment)) {
      receipts.push(unplannedReceipt(payment, installment_number, calendar.dayOf(row.due_date)));
    }
  }
  const installments = [...rows, ...ownInstallments(receipts, rows, terms)].sort(inOrder);
  return { installments: afterCuts(installments, terms), expected_numbers };
}

function expectedInstallment(
  payment_id: string,
  installment_number: number | null,
  due: Day,
  sent: SentParts,
): Installment {
  const expected = partsOf(installment_number, sent, 0n);
  const { total, principal, fee } = expected;
  return { payment_id, installment_number, due, total, principal, fee, expected, self_scheduled: false };
}

/** A paid payment that was never expected is money. Refunds and recoveries schedule nothing. */
const isMoney = ({ status, refund, recovery }: PaymentFacts): boolean =>
  status === "paid" && !refund && !recovery;

const unplannedReceipt = (
  payment: PaymentFacts,
  installment_number: number | null,
  due: Day,
): UnplannedReceipt => ({
  payment_id: payment.payment_id,
  installment_number,
  due,
  ...receivedParts(payment),
});
