import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { Loan, PaymentFacts } from "./facts.ts";
import { isUpfront } from "./installment.ts";
import { type Money, moneyOf } from "./receipts.ts";
import { type Schedule, scheduleAt } from "./schedule.ts";
import { changesOf, startOf, type TermsAsOf, termsAsOf } from "./terms.ts";

/** Terms and schedule as of a day. */
export interface Agreement {
  readonly terms: TermsAsOf;
  readonly schedule: Schedule;
  /** The day on which all is due; null where that is not known. */
  readonly maturity: Day | null;
}

/** A loan prepared for positions on any number of days. */
export interface Ready {
  readonly loan: Loan;
  readonly calendar: Calendar;
  readonly start: Day;
  readonly money: Money;
  readonly agreementAt: (day: Day) => Agreement;
  /** The days from which changes of the terms apply, and dated changes of the payments. */
  readonly changes: Changes;
}

interface Changes {
  readonly terms: ReadonlySet<Day>;
  readonly schedule: ReadonlySet<Day>;
}

/** Prepares a loan. Its days are those of a time zone's calendar. */
export function ready(loan: Loan, calendar: Calendar): Ready {
  const payments = loan.payments.filter((payment) => isCounted(loan, payment));
  const changes = daysOfChanges(loan, payments, calendar);
  const days = [...changes.terms.union(changes.schedule)];
  // Terms and schedule are the same on all days between two changes. One is kept: a loan may have very many payments.
  let kept: { readonly passed: number; readonly agreement: Agreement } | null = null;
  const agreementAt = (day: Day) => {
    const passed = days.filter((change) => change <= day).length;
    if (kept?.passed !== passed) kept = { passed, agreement: agree(loan, payments, day, calendar) };
    return kept.agreement;
  };
  const start = startOf(loan.disbursement, calendar);
  return { loan, calendar, start, money: moneyOf(payments, calendar), agreementAt, changes };
}

/** A payment whose currency differs from its disbursement's counts in no position; it is a quality finding. */
export const isCounted = (loan: Loan, payment: PaymentFacts): boolean =>
  payment.currency === loan.disbursement.currency;

function daysOfChanges({ terms }: Loan, payments: readonly PaymentFacts[], calendar: Calendar): Changes {
  const schedule = new Set<Day>();
  for (const { row_events } of payments) {
    for (const { change_date } of row_events ?? [])
      if (change_date !== null) schedule.add(calendar.dayOf(change_date));
  }
  return { terms: new Set(changesOf(terms, calendar).map(({ on }) => on)), schedule };
}

function agree(loan: Loan, payments: readonly PaymentFacts[], day: Day, calendar: Calendar): Agreement {
  const terms = termsAsOf(loan.terms, day, calendar);
  const schedule = scheduleAt(payments, terms, day, calendar);
  return { terms, schedule, maturity: maturityOf(loan, schedule, terms, calendar) };
}

/**
 * A loan matures on its maturity date. A purchase has none: it matures with its last expected row that has something
 * left after cuts, the upfront fee aside. A purchase with only receipts does not mature.
 */
function maturityOf(
  { disbursement }: Loan,
  { installments }: Schedule,
  { maturity_date }: TermsAsOf,
  { dayOf }: Calendar,
): Day | null {
  if (disbursement.kind === "loan") return maturity_date && dayOf(maturity_date);
  const last = installments.findLast((row) => !row.self_scheduled && !isUpfront(row) && row.total > 0n);
  return last?.due ?? null;
}
