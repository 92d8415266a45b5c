import type { Calendar } from "../core/calendar.ts";
import { type Day, renderDate, type StoredDate } from "../core/dates.ts";
import { toMajor } from "../core/money.ts";
import type { Disbursement, Payment } from "./fields.ts";

/** The irregularities of an accepted payment (docs/portfolio.md#quality). */
export type PaymentFinding =
  | "paid_more_than_expected"
  | "received_before_disbursement"
  | "received_in_future"
  | "paid_without_date";

/** The irregularities of any accepted event. */
export type Finding = PaymentFinding | "change_out_of_order";

/** A finding about an event that is accepted all the same. */
export interface Warning<Code extends Finding = Finding> {
  readonly code: Code;
  readonly message: string;
}

/** The day of a decision, and the calendar whose day it is. */
export interface Today {
  readonly day: Day;
  readonly calendar: Calendar;
}

/** When a disbursement starts, and from which field that is known. */
type Start = Pick<Disbursement, "kind" | "disbursement_date" | "payment_date">;

type Facts = Pick<
  Payment,
  "status" | "currency" | "payment_total" | "expected_total" | "payment_date" | "due_date"
>;

interface Rule {
  readonly code: PaymentFinding;
  /** Null where the payment is as it should be. */
  readonly message: (payment: Facts, start: Start, today: Today) => string | null;
}

const receivedOn = ({ payment_date, due_date }: Facts): StoredDate => payment_date ?? due_date;

const RULES: readonly Rule[] = [
  {
    code: "paid_more_than_expected",
    message: ({ payment_total, expected_total, currency }) =>
      expected_total !== null && payment_total > expected_total
        ? `payment_total ${toMajor(payment_total, currency)} is more than the ${toMajor(expected_total, currency)} that was expected`
        : null,
  },
  {
    code: "received_before_disbursement",
    message: (payment, { kind, disbursement_date, payment_date }, { calendar: { dayOf } }) => {
      const [name, start] =
        kind === "loan" ? ["disbursement_date", disbursement_date] : ["payment_date", payment_date];
      const received = receivedOn(payment);
      return start !== null && start !== undefined && dayOf(received) < dayOf(start)
        ? `it was received on ${renderDate(received)}, before the ${kind}'s ${name} ${renderDate(start)}`
        : null;
    },
  },
  {
    code: "received_in_future",
    message: (payment, _, { day, calendar }) =>
      calendar.dayOf(receivedOn(payment)) > day
        ? `it was received on ${renderDate(receivedOn(payment))}, which is after ${day}`
        : null,
  },
  {
    code: "paid_without_date",
    message: ({ payment_date }) =>
      payment_date === null ? "it is paid without a payment_date, so its due_date counts" : null,
  },
];

/** A change of a term that is dated before the start, or before the latest change of the same term so far. */
export function changeOutOfOrder(
  term: string,
  change_date: StoredDate,
  { start, latest }: { readonly start?: StoredDate; readonly latest?: StoredDate },
): Warning {
  const other =
    start === undefined ? `its change of ${renderDate(latest ?? "")}` : `the start, ${renderDate(start)}`;
  const message = `the change of ${term} on ${renderDate(change_date)} is dated before ${other}`;
  return { code: "change_out_of_order", message };
}

/**
 * The irregularities of a paid payment as of today, by itself and with its disbursement. None is a reason to refuse the
 * event.
 */
export function paymentFindings(payment: Facts, start: Start, today: Today): Warning<PaymentFinding>[] {
  if (payment.status !== "paid") return [];
  return RULES.flatMap(({ code, message }) => {
    const found = message(payment, start, today);
    return found === null ? [] : [{ code, message: found }];
  });
}
