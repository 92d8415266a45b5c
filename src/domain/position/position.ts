import { coverageAt } from "./arrears.ts";
import { type Day, dayOf, daysBetween } from "./days.ts";
import type { Loan } from "./facts.ts";
import { NOTHING, type Parts, type Schedule, scheduleOf } from "./schedule.ts";
import { startOf, type TermsAsOf, termsAsOf } from "./terms.ts";

export const STATES = ["pending", "written_off", "repaid", "matured_unpaid", "late", "current"] as const;
export type State = (typeof STATES)[number];

/** The last day past due of each bucket, in order; the last bucket has no end. */
const BUCKET_ENDS = [0, 30, 60, 90, 180] as const;
export const BUCKETS = ["current", "1-30", "31-60", "61-90", "91-180", "181+"] as const;
export type Bucket = (typeof BUCKETS)[number];

/** A loan's figures as of one day; amounts in minor units of its currency. */
export interface Position {
  readonly state: State;
  /** Null if pending, repaid or written off. */
  readonly bucket: Bucket | null;
  readonly days_past_due: number;
  readonly terms: TermsAsOf;
  readonly scheduled: Parts;
  readonly received: Parts;
  readonly arrears: Parts;
  readonly outstanding_principal: bigint;
  readonly margin_due: bigint;
  readonly overpaid: bigint;
  readonly next_due: { readonly due: Day; readonly amount: bigint } | null;
  readonly last_received: { readonly day: Day; readonly amount: bigint } | null;
}

/** A loan prepared for positions on any number of days. */
export interface Ready {
  readonly loan: Loan;
  readonly schedule: Schedule;
  readonly start: Day;
}

export const ready = (loan: Loan): Ready => ({
  loan,
  schedule: scheduleOf(loan),
  start: startOf(loan.disbursement),
});

/** The position of a disbursement as of a day (docs/portfolio.md#a-position). Pure. */
export function positionAt({ loan, schedule, start }: Ready, day: Day): Position {
  const terms = termsAsOf(loan.terms, day);
  const { scheduled, received: money, covers_all, next_due, ...coverage } = coverageAt(schedule, day);
  const { earned, ...received } = money;
  const common = { terms, scheduled, received, next_due, last_received: lastReceived(schedule, day) };
  if (day < start) return { ...common, ...NOT_STARTED };

  // Nobody owes principal that came in beyond the amount: it shows as overpaid.
  const owed = terms.amount - received.principal;
  const outstanding_principal = atLeastZero(owed);
  const overpaid = atLeastZero(-owed);
  const margin_due = atLeastZero(terms.margin - earned);
  const maturity = maturityOf(loan, schedule, terms);
  const matured = maturity !== null && day > maturity;
  const late = lateness({ ...coverage, day, outstanding_principal, maturity, matured });

  const amounts = { ...common, outstanding_principal, margin_due, overpaid };
  const nothingOutstanding = outstanding_principal === 0n;
  // Written off: nothing is outstanding, a change lowered the amount, and less came back than was first agreed.
  if (nothingOutstanding && terms.written_off > 0n && received.principal < terms.first_agreed.amount) {
    return { ...amounts, state: "written_off", bucket: null, days_past_due: 0, arrears: NOTHING };
  }
  // Repaid: nothing is outstanding and the whole schedule is covered.
  if (nothingOutstanding && covers_all) return { ...amounts, ...late, state: "repaid", bucket: null };
  // Matured unpaid: past maturity with something still owed.
  const owing = !nothingOutstanding || late.arrears.total > 0n;
  const state = matured && owing ? "matured_unpaid" : late.days_past_due > 0 ? "late" : "current";
  return { ...amounts, ...late, state, bucket: bucketOf(late.days_past_due) };
}

/** Pending: nothing is owed before the start of a disbursement, and it counts in no sum. */
const NOT_STARTED = {
  state: "pending",
  bucket: null,
  days_past_due: 0,
  arrears: NOTHING,
  outstanding_principal: 0n,
  margin_due: 0n,
  overpaid: 0n,
} as const;

/** A loan matures on its maturity date. A purchase has none: it matures with its last scheduled installment. */
function maturityOf({ disbursement }: Loan, { installments }: Schedule, terms: TermsAsOf): Day | null {
  if (disbursement.kind === "purchase") return installments.at(-1)?.due ?? null;
  return terms.maturity_date === null ? null : dayOf(terms.maturity_date);
}

interface Late {
  readonly arrears: Parts;
  readonly days_past_due: number;
}

/**
 * Days past due count from the due day of the oldest installment that is not covered in full. If there is none but
 * principal is outstanding past maturity, all of the principal is in arrears, and days count from maturity.
 */
function lateness(at: {
  readonly day: Day;
  readonly arrears: Parts;
  readonly oldest_uncovered: Day | null;
  readonly outstanding_principal: bigint;
  readonly maturity: Day | null;
  readonly matured: boolean;
}): Late {
  const { day, arrears, oldest_uncovered, outstanding_principal, maturity } = at;
  if (oldest_uncovered !== null) return { arrears, days_past_due: daysBetween(oldest_uncovered, day) };
  if (!at.matured || maturity === null || outstanding_principal === 0n) return { arrears, days_past_due: 0 };
  const all = { total: outstanding_principal, principal: outstanding_principal, fee: 0n };
  return { arrears: all, days_past_due: daysBetween(maturity, day) };
}

/** The day of the last receipt up to `day`, and what was received on it. */
function lastReceived({ receipts }: Schedule, day: Day): Position["last_received"] {
  const last = receipts.findLast((receipt) => receipt.day <= day)?.day;
  if (last === undefined) return null;
  const ofDay = receipts.filter((receipt) => receipt.day === last);
  return { day: last, amount: ofDay.reduce((sum, { total }) => sum + total, 0n) };
}

function bucketOf(days: number): Bucket {
  const index = BUCKET_ENDS.findIndex((end) => days <= end);
  return BUCKETS[index] ?? "181+";
}

const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n);
