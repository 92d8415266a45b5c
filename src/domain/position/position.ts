import type { Day } from "../core/dates.ts";
import type { Allocation } from "./allocation.ts";
import { type Due, dueAt, latenessAt } from "./arrears.ts";
import { type CoveredInstallment, covered } from "./coverage.ts";
import { isUpfront } from "./installment.ts";
import { type Owed, owedOf } from "./owed.ts";
import { NOTHING, type Parts, sumOf } from "./parts.ts";
import type { Agreement, Ready } from "./ready.ts";
import { type Receipt, upTo } from "./receipts.ts";
import { type Bucket, bucketOf, type State } from "./state.ts";
import type { TermsAsOf } from "./terms.ts";
import { NO_TOLERANCE, type Tolerance, toleratedArrears } from "./tolerance.ts";

/** How to measure. */
export interface Measure {
  readonly allocation: Allocation;
  readonly tolerance: Tolerance;
}

export const USUAL: Measure = { allocation: "oldest", tolerance: NO_TOLERANCE };

/** A loan's figures as of one day; amounts in minor units of its currency. */
export interface Position {
  readonly state: State;
  /** Null if pending, repaid or written off. */
  readonly bucket: Bucket | null;
  readonly days_past_due: number;
  readonly terms: TermsAsOf;
  readonly scheduled: Parts;
  /** Net of refunds. */
  readonly received: Parts;
  readonly refunded: bigint;
  readonly arrears: Parts;
  readonly outstanding_principal: bigint;
  readonly margin_due: bigint;
  readonly overpaid: bigint;
  readonly recovered: bigint;
  readonly next_due: Due["next_due"];
  readonly last_received: { readonly day: Day; readonly amount: bigint } | null;
}

/** The position of a disbursement as of a day (docs/portfolio.md#a-position). Pure. */
export function positionAt(one: Ready, day: Day, measure: Measure = USUAL): Position {
  const agreement = one.agreementAt(day);
  const { terms } = agreement;
  const receipts = upTo(one.money.receipts, day);
  const received = sumOf(receipts);
  const due = dueAt(covered(agreement.schedule.installments, receipts, measure.allocation), day);
  const refunded = -sumOf(receipts.filter(({ is_refund }) => is_refund)).total;
  const last_received = lastReceived(receipts);
  const common = { terms, scheduled: due.scheduled, received, refunded, last_received };
  if (day < one.start) return { ...common, ...NOT_STARTED };

  const recoveries = sumOf(upTo(one.money.recoveries, day)).total;
  const owed = owedOf(terms, { principal: received.principal, earned: earnedOf(receipts), recoveries });
  const amounts = {
    ...common,
    outstanding_principal: owed.outstanding,
    margin_due: owed.margin_due,
    overpaid: owed.overpaid,
    recovered: owed.recovered + recoveries,
  };
  const closed = closedState(agreement, owed, received.total, day);
  if (closed !== null) return { ...amounts, ...NOTHING_LATE, state: closed };
  const { arrears, days } = latenessAt(day, due, owed, agreement.maturity);
  const tolerated = toleratedArrears(measure.tolerance, one.loan.disbursement.currency, owed.outstanding);
  const counts = arrears.total > tolerated;
  const days_past_due = counts ? days : 0;
  const isMatured = agreement.maturity !== null && day > agreement.maturity;
  const state = isMatured && counts ? "matured_unpaid" : days_past_due > 0 ? "late" : "current";
  return {
    ...amounts,
    state,
    bucket: bucketOf(days_past_due),
    days_past_due,
    arrears,
    next_due: due.next_due,
  };
}

/** The installments of a schedule as of a day, with what covers them. */
export function installmentsAt(
  { agreementAt, money }: Ready,
  day: Day,
  { allocation }: Measure = USUAL,
): readonly CoveredInstallment[] {
  return covered(agreementAt(day).schedule.installments, upTo(money.receipts, day), allocation);
}

const NOTHING_LATE = { bucket: null, days_past_due: 0, arrears: NOTHING, next_due: null } as const;

/** Nothing is owed before the start of a disbursement, and it counts in no sum. */
const NOT_STARTED = {
  ...NOTHING_LATE,
  state: "pending",
  outstanding_principal: 0n,
  margin_due: 0n,
  overpaid: 0n,
  recovered: 0n,
} as const;

/**
 * Written off: nothing is outstanding, a write-off took something, and less principal was received than was agreed.
 * Repaid: nothing is owed, and the money received is enough for amount, margin and the upfront fees that fell due.
 */
function closedState(
  { terms, schedule }: Agreement,
  owed: Owed,
  received: bigint,
  day: Day,
): "written_off" | "repaid" | null {
  if (owed.outstanding > 0n) return null;
  const { amount, margin, written_off } = terms;
  if (owed.principal < amount + written_off) return "written_off";
  const upfront = sumOf(schedule.installments.filter((row) => isUpfront(row) && row.due <= day)).total;
  return owed.margin_due === 0n && received >= amount + margin + upfront ? "repaid" : null;
}

const earnedOf = (receipts: readonly Receipt[]): bigint =>
  receipts.reduce((sum, { earned }) => sum + earned, 0n);

/** The last day on which money was received, and how much on it. Refunds are no receipts. */
function lastReceived(receipts: readonly Receipt[]): Position["last_received"] {
  const last = receipts.findLast(({ is_refund }) => !is_refund)?.day;
  if (last === undefined) return null;
  const ofDay = receipts.filter(({ day, is_refund }) => day === last && !is_refund);
  return { day: last, amount: sumOf(ofDay).total };
}
