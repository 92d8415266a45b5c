import type { Model } from "./model.ts";
import type { Rec } from "./rules.ts";

/**
 * Positions as docs/portfolio.md defines them, written from that page alone: slow, day by day and payment by payment,
 * with none of the code under test. Amounts are minor units, dates as a lookup shows them.
 */

/** What the model remembers of a disbursement's terms beside its record. */
export interface ModelTerms {
  readonly amount: bigint;
  readonly margin: bigint;
  readonly maturity: string | null;
  readonly changes: readonly {
    readonly day: string;
    readonly amount: bigint;
    readonly margin: bigint;
    /** Undefined where the change did not say another one. */
    readonly maturity?: string | null;
  }[];
}

export interface ModelParts {
  total: bigint;
  principal: bigint;
  fee: bigint;
}

interface Due {
  readonly id: string;
  readonly day: string;
  readonly parts: ModelParts;
  /** What is not covered yet. */
  fee: bigint;
  principal: bigint;
  coveredOn: string | null;
}

export interface ModelPosition {
  readonly state: string;
  readonly bucket: string | null;
  readonly days: number;
  readonly scheduled: ModelParts;
  readonly received: ModelParts;
  readonly arrears: ModelParts;
  readonly outstanding: bigint;
  readonly margin_due: bigint;
  readonly overpaid: bigint;
  readonly disbursed: bigint;
  readonly written_off: bigint;
  readonly rebates: bigint;
  readonly installments: readonly {
    readonly id: string;
    readonly covered: bigint;
    readonly late: number;
    readonly paid_on: string | null;
  }[];
}

const dayOf = (date: unknown): string => String(date).slice(0, 10);
const noParts = (): ModelParts => ({ total: 0n, principal: 0n, fee: 0n });

function count(from: string, to: string): number {
  const at = (day: string) => {
    const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
    return Date.UTC(year, month - 1, date);
  };
  return Math.round((at(to) - at(from)) / 86_400_000);
}

/** The records of the model keep a number as the text that was sent. */
const isUpfront = ({ installment_number }: Rec): boolean => installment_number === "0";

/** What a payment's total is made of; `expected` asks for what was due of it. */
function partsOf(payment: Rec, expected: boolean): ModelParts {
  const of = expected ? "expected" : "payment";
  const total = payment[`${of}_total`] as bigint;
  const principal = payment[`${of}_principal`] as bigint | null;
  const fee = payment[`${of}_fee`] as bigint | null;
  if (isUpfront(payment)) return { total, principal: 0n, fee: total };
  if (principal !== null && fee !== null) return { total, principal, fee };
  const known = expected ? null : (payment.expected_fee as bigint | null);
  const part = known === null ? 0n : known > total ? total : known;
  return { total, principal: total - part, fee: part };
}

function scheduleOf(payments: readonly Rec[]): Due[] {
  const due: Due[] = [];
  for (const payment of payments) {
    if (payment.status === "canceled") continue;
    const ever = payment.expected_total !== null;
    const twin = payments.some(
      (other) =>
        other.status !== "canceled" &&
        other.expected_total !== null &&
        payment.installment_number !== null &&
        other.installment_number === payment.installment_number,
    );
    if (!ever && (payment.status !== "paid" || twin)) continue;
    const parts = partsOf(payment, ever);
    const day = dayOf(ever ? payment.expected_due_date : payment.due_date);
    due.push({
      id: String(payment.payment_id),
      day,
      parts,
      fee: parts.fee,
      principal: parts.principal,
      coveredOn: null,
    });
  }
  return due.sort((a, b) => (a.day === b.day ? (a.id < b.id ? -1 : 1) : a.day < b.day ? -1 : 1));
}

/** Pays `amount` off what is due, oldest first, the fee of each before its principal. */
function pay(due: readonly Due[], amount: bigint, day: string): void {
  let money = amount;
  for (const one of due) {
    for (const part of ["fee", "principal"] as const) {
      const paid = money < one[part] ? money : one[part];
      one[part] -= paid;
      money -= paid;
    }
    if (one.fee + one.principal === 0n) one.coveredOn ??= day;
  }
}

const BUCKETS = [
  [0, "current"],
  [30, "1-30"],
  [60, "31-60"],
  [90, "61-90"],
  [180, "91-180"],
] as const;

export function modelPosition(
  disbursement: Rec,
  terms: ModelTerms,
  all: readonly Rec[],
  day: string,
): ModelPosition {
  const payments = all.filter(({ currency }) => currency === disbursement.currency);
  let { amount, margin, maturity } = terms;
  let [raised, written_off, rebates] = [0n, 0n, 0n];
  for (const change of terms.changes) {
    if (change.day > day) continue;
    amount += change.amount;
    margin += change.margin;
    if (change.amount > 0n) raised += change.amount;
    if (change.amount < 0n) written_off -= change.amount;
    if (change.margin < 0n) rebates -= change.margin;
    if (change.maturity !== undefined) maturity = change.maturity;
  }

  const due = scheduleOf(payments);
  const received = noParts();
  let earned = 0n;
  const receivedOn = (payment: Rec) => dayOf(payment.payment_date ?? payment.due_date);
  const receipts = payments
    .filter((payment) => payment.status === "paid" && receivedOn(payment) <= day)
    .sort((a, b) => (receivedOn(a) < receivedOn(b) ? -1 : 1));
  for (const payment of receipts) {
    const parts = partsOf(payment, false);
    received.total += parts.total;
    received.principal += parts.principal;
    received.fee += parts.fee;
    if (!isUpfront(payment)) earned += parts.fee;
    pay(due, parts.total, receivedOn(payment));
  }

  const scheduled = noParts();
  let arrears = noParts();
  let oldest: string | null = null;
  for (const one of due.filter((some) => some.day <= day)) {
    scheduled.total += one.parts.total;
    scheduled.principal += one.parts.principal;
    scheduled.fee += one.parts.fee;
    arrears.total += one.fee + one.principal;
    arrears.principal += one.principal;
    arrears.fee += one.fee;
    if (one.fee + one.principal > 0n) oldest ??= one.day;
  }

  const left = amount - received.principal;
  const outstanding = left > 0n ? left : 0n;
  const overpaid = left < 0n ? -left : 0n;
  const margin_due = margin > earned ? margin - earned : 0n;
  const isLoan = disbursement.kind === "loan";
  const last = isLoan ? (maturity === null ? null : dayOf(maturity)) : (due.at(-1)?.day ?? null);
  const matured = last !== null && day > last;
  let days = oldest === null ? 0 : count(oldest, day);
  if (matured && outstanding > 0n && oldest === null) {
    arrears = { total: outstanding, principal: outstanding, fee: 0n };
    days = count(last, day);
  }

  const installments = due.map((one) => ({
    id: one.id,
    covered: one.parts.total - one.fee - one.principal,
    late: Math.max(0, count(one.day, one.coveredOn ?? day)),
    paid_on: one.coveredOn,
  }));
  const changed = {
    disbursed: terms.amount + raised,
    written_off,
    rebates,
    installments,
    scheduled,
    received,
  };
  const start = dayOf(isLoan ? disbursement.disbursement_date : disbursement.payment_date);
  if (day < start) {
    const none = { outstanding: 0n, margin_due: 0n, overpaid: 0n, arrears: noParts(), days: 0, bucket: null };
    return { ...changed, ...none, state: "pending" };
  }
  const figures = { ...changed, outstanding, margin_due, overpaid };
  if (outstanding === 0n && written_off > 0n && received.principal < terms.amount) {
    return { ...figures, state: "written_off", bucket: null, days: 0, arrears: noParts() };
  }
  if (outstanding === 0n && due.every(({ coveredOn }) => coveredOn !== null)) {
    return { ...figures, state: "repaid", bucket: null, days, arrears };
  }
  const bucket = BUCKETS.find(([end]) => days <= end)?.[1] ?? "181+";
  const owing = outstanding > 0n || arrears.total > 0n;
  const state = matured && owing ? "matured_unpaid" : days > 0 ? "late" : "current";
  return { ...figures, state, bucket, days, arrears };
}

/** The live disbursements of the model with their live payments. */
export function loansOf({
  records,
}: Model): readonly { readonly disbursement: Rec; readonly payments: readonly Rec[] }[] {
  const live = (of: "disbursement" | "payment") =>
    [...records[of].values()].filter((entry) => entry.live).map(({ record }) => record);
  const payments = live("payment");
  return live("disbursement").map((disbursement) => ({
    disbursement,
    payments: payments.filter((payment) => payment.disbursement_id === disbursement.disbursement_id),
  }));
}
