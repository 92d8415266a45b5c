import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { AccountCode } from "../ledger/accounts.ts";
import type { DisbursementFacts, TermsRow } from "../position/facts.ts";
import type { PaymentRecord } from "../position/from-records.ts";
import { receiptOf } from "../position/receipts.ts";
import { agreedUpTo, startOf } from "../position/terms.ts";

/** A disbursement, deleted or not, with its terms and its paid payments that are not deleted. */
export interface RecordedLoan {
  readonly disbursement: DisbursementFacts;
  readonly is_deleted: boolean;
  /** The terms of its present life, in the order of the log. */
  readonly terms: readonly TermsRow[];
  readonly receipts: readonly (Omit<PaymentRecord, "is_dated"> & { readonly updated_seq: number })[];
  /** The sequence of the last event of the disbursement. */
  readonly updated_seq: number;
}

/** The amount that a loan's postings moved between two accounts up to a day. */
export interface PostedSum {
  readonly currency: string;
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  readonly amount_minor: bigint;
}

/** The accounts that a proof compares, each on its normal side. */
export const PROVED = ["1000", "1100", "1400", "2300", "5100"] as const;
type Proved = (typeof PROVED)[number];

/** Minor units by currency and account. */
type Figures = Map<string, bigint>;

const figureKey = (currency: string, account: Proved): string => `${currency} ${account}`;

function add(figures: Figures, currency: string, account: Proved, amount: bigint): void {
  const key = figureKey(currency, account);
  figures.set(key, (figures.get(key) ?? 0n) + amount);
}

/**
 * The figure of each account as of a day by the records: computed from terms and receipts, independently of the booking
 * rules. No figure is floored at 0, and a deleted disbursement counts as 0 less what was received.
 */
function recordedFigures(
  { disbursement, is_deleted, terms, receipts }: RecordedLoan,
  day: Day,
  calendar: Calendar,
): Figures {
  const figures: Figures = new Map();
  const [first, ...changes] = terms;
  if (!is_deleted && first) {
    const { currency } = disbursement;
    const at = agreedUpTo([first, ...changes], day, calendar);
    const started = startOf(disbursement, calendar) <= day;
    const amount = at.amount - (started ? 0n : first.disbursement_amount);
    const margin = at.margin - (started ? 0n : first.total_expected_margin);
    add(figures, currency, "1100", amount);
    add(figures, currency, "1400", margin);
    add(figures, currency, "2300", margin);
    add(figures, currency, "5100", netWriteOffs([first, ...changes], day, calendar));
  }
  for (const payment of receipts) {
    const receipt = receiptOf(payment, calendar);
    if (receipt.day > day) continue;
    add(figures, payment.currency, "1000", receipt.total);
    if (payment.recovery) continue;
    add(figures, payment.currency, "1100", -receipt.principal);
    add(figures, payment.currency, "1400", -receipt.earned);
    add(figures, payment.currency, "2300", -receipt.earned);
  }
  return figures;
}

/** Write-offs up to a day less recoveries: a raise first recovers earlier write-offs, in the order of the log. */
function netWriteOffs(
  [first, ...later]: readonly [TermsRow, ...TermsRow[]],
  day: Day,
  { dayOf }: Calendar,
): bigint {
  let net = 0n;
  let unrecovered = 0n;
  let amount = first.disbursement_amount;
  for (const row of later) {
    const lowered = amount - row.disbursement_amount;
    const after = unrecovered + lowered > 0n ? unrecovered + lowered : 0n;
    if (dayOf(row.on_date) <= day) net += after - unrecovered;
    unrecovered = after;
    amount = row.disbursement_amount;
  }
  return net;
}

/** The figure of each account by the postings. Money that left for a disbursement is not cash received. */
function postedFigures(sums: readonly PostedSum[]): Figures {
  const figures: Figures = new Map();
  for (const { currency, debit, credit, amount_minor } of sums) {
    const isSettlement = [debit, credit].includes("2100") && [debit, credit].includes("1000");
    if (isSettlement) continue;
    for (const account of PROVED) {
      const sign = account === "2300" ? -1n : 1n;
      if (debit === account) add(figures, currency, account, sign * amount_minor);
      if (credit === account) add(figures, currency, account, -sign * amount_minor);
    }
  }
  return figures;
}

/** An account whose figure differs between records and books. */
interface Disagreement {
  readonly account_code: Proved;
  readonly currency: string;
  readonly records_minor: bigint;
  readonly books_minor: bigint;
}

/** Compares the figures of a loan's records with those of its postings up to `day`, a day of the tenant's calendar. */
export function disagreements(
  loan: RecordedLoan,
  sums: readonly PostedSum[],
  day: Day,
  calendar: Calendar,
): readonly Disagreement[] {
  const [records, books] = [recordedFigures(loan, day, calendar), postedFigures(sums)];
  const keys = [...new Set([...records.keys(), ...books.keys()])].sort();
  return keys.flatMap((key) => {
    const [currency, account_code] = key.split(" ") as [string, Proved];
    const [records_minor, books_minor] = [records.get(key) ?? 0n, books.get(key) ?? 0n];
    return records_minor === books_minor ? [] : [{ account_code, currency, records_minor, books_minor }];
  });
}

export const REASONS = [
  "overpaid",
  "paid_before_disbursement",
  "over_earned",
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
  const figures = recordedFigures(loan, LAST_DAY, calendar);
  const principal = figures.get(figureKey(currency, "1100")) ?? 0n;
  const margin = figures.get(figureKey(currency, "1400")) ?? 0n;
  if (!is_deleted && principal < 0n) found.push(ofLoan("overpaid", -principal));
  if (!is_deleted && margin < 0n) found.push(ofLoan("over_earned", -margin));
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
  return found.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
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
