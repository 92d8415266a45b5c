import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import { afterCuts } from "./cuts.ts";
import { extendedDue } from "./extensions.ts";
import type { PaymentFacts } from "./facts.ts";
import { type Installment, inOrder } from "./installment.ts";
import { partsOf, receivedParts } from "./parts.ts";
import { type Row, rowAt } from "./rows.ts";
import type { Extension, TermsAsOf } from "./terms.ts";
import { ownInstallments, type UnplannedReceipt } from "./unplanned.ts";

/** A loan's schedule as of a day. */
export interface Schedule {
  /** In the order in which money covers them. */
  readonly installments: readonly Installment[];
  /** The installment numbers of payments that were ever expected, canceled or not. */
  readonly expected_numbers: ReadonlySet<number>;
}

interface PaymentRow {
  readonly payment: PaymentFacts;
  readonly row: Row;
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
  const rows = payments.flatMap((payment): PaymentRow[] => {
    const row = rowAt(payment, day, calendar);
    return row === null ? [] : [{ payment, row }];
  });
  const standing = rows.filter(({ row }) => row.status !== "canceled");
  const expected = standing.flatMap((one) => expectedInstallment(one, terms.extensions, calendar));
  const receipts = standing.flatMap((one) => unplannedReceipt(one, calendar));
  const own = ownInstallments(receipts, expected, terms);
  const installments = [...expected, ...own].sort(inOrder);
  const numbers = rows.flatMap(({ row }) => (row.expected ? [row.installment_number] : []));
  return {
    installments: afterCuts(installments, terms),
    expected_numbers: new Set(numbers.filter((number) => number !== null)),
  };
}

function expectedInstallment(
  { payment, row }: PaymentRow,
  extensions: readonly Extension[],
  { dayOf }: Calendar,
): Installment[] {
  if (row.expected === null) return [];
  const { payment_id } = payment;
  const { installment_number } = row;
  const due = extendedDue(dayOf(row.expected.due_date), row.expected.due_sequence, extensions);
  const parts = partsOf(installment_number, row.expected, 0n);
  return [{ payment_id, installment_number, due, ...parts, expected: parts, self_scheduled: false }];
}

/** A paid payment that was never expected. Refunds and recoveries schedule nothing. */
function unplannedReceipt({ payment, row }: PaymentRow, { dayOf }: Calendar): UnplannedReceipt[] {
  const isMoney = payment.status === "paid" && !payment.refund && !payment.recovery;
  if (row.expected !== null || !isMoney) return [];
  const { payment_id } = payment;
  const { installment_number, due_date } = row;
  return [{ payment_id, installment_number, due: dayOf(due_date), ...receivedParts(payment) }];
}
