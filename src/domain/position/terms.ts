import type { Calendar } from "../core/calendar.ts";
import type { Day, StoredDate } from "../core/dates.ts";
import type { DisbursementFacts, TermsRow } from "./facts.ts";
import { atLeastZero, lesser } from "./parts.ts";

/** Agreed terms; amounts in minor units. */
export interface Terms {
  readonly amount: bigint;
  readonly margin: bigint;
  readonly maturity_date: StoredDate | null;
}

/** A change of terms, with the terms after its event. */
interface TermsChange extends Terms {
  readonly sequence: number;
  readonly change_date: StoredDate;
}

/** A change of the maturity from one day to another, by one event. */
export interface Extension {
  readonly sequence: number;
  readonly from: Day;
  readonly to: Day;
}

/** The terms as of a day, and the sums of the changes up to that day. */
export interface TermsAsOf extends Terms {
  readonly first_agreed: Terms;
  readonly changes: readonly TermsChange[];
  /** Raises of the amount and of the margin, beyond those that undo write-offs and rebates. */
  readonly raised: bigint;
  readonly margin_raised: bigint;
  /** What write-offs and rebates took and no raise has undone. */
  readonly written_off: bigint;
  readonly rebates: bigint;
  /** All that write-offs and rebates took; raises do not lower it. */
  readonly reductions: bigint;
  readonly extensions: readonly Extension[];
}

type TermsRows = readonly [TermsRow, ...TermsRow[]];

/** A disbursement starts on its `disbursement_date`, a purchase on its `payment_date`. */
export function startOf(
  { kind, disbursement_date, payment_date }: DisbursementFacts,
  { dayOf }: Calendar,
): Day {
  return dayOf((kind === "loan" ? disbursement_date : payment_date) ?? "");
}

/** A sum that changes lower and raise: a raise first undoes what was lowered before, in the order of the log. */
class Agreed {
  readonly first: bigint;
  raised = 0n;
  lowered = 0n;
  /** All that was ever lowered. */
  reductions = 0n;

  constructor(first: bigint) {
    this.first = first;
  }

  change(difference: bigint): void {
    const [taken, given] = [atLeastZero(-difference), atLeastZero(difference)];
    const undone = lesser(this.lowered, given);
    this.lowered += taken - undone;
    this.reductions += taken;
    this.raised += given - undone;
  }

  /** What is agreed; below 0 where changes out of order took more than there was on a day. */
  get now(): bigint {
    return this.first + this.raised - this.lowered;
  }

  /** What changes took beyond 0: they took nothing there. */
  get beyond(): bigint {
    return atLeastZero(-this.now);
  }
}

/**
 * Amount and margin as of a day are the first-agreed ones plus the changes whose `change_date` is not after that day,
 * never below 0. The maturity is that of the last such change in the order of the log (docs/portfolio.md#terms).
 */
export function termsAsOf(rows: TermsRows, day: Day, calendar: Calendar): TermsAsOf {
  const [first] = rows;
  const amount = new Agreed(first.disbursement_amount);
  const margin = new Agreed(first.total_expected_margin);
  let { maturity_date } = first;
  const changes: TermsChange[] = [];
  const extensions: Extension[] = [];
  for (const { row, before, on } of changesOf(rows, calendar)) {
    if (on > day) continue;
    amount.change(row.disbursement_amount - before.disbursement_amount);
    margin.change(row.total_expected_margin - before.total_expected_margin);
    if (row.maturity_date !== before.maturity_date) {
      const [from = "", to = ""] = [maturity_date, row.maturity_date].map((date) =>
        calendar.dayOf(date ?? ""),
      );
      extensions.push({ sequence: row.sequence, from, to });
      maturity_date = row.maturity_date;
    }
    changes.push({ sequence: row.sequence, change_date: row.on_date, ...agreed(row) });
  }
  return {
    amount: atLeastZero(amount.now),
    margin: atLeastZero(margin.now),
    maturity_date,
    first_agreed: agreed(first),
    changes,
    raised: amount.raised,
    margin_raised: margin.raised,
    written_off: amount.lowered - amount.beyond,
    rebates: margin.lowered - margin.beyond,
    reductions: amount.reductions + margin.reductions - amount.beyond - margin.beyond,
    extensions,
  };
}

/** Amount and margin as of a day without the bound at 0: what the books show. */
export function agreedUpTo(rows: TermsRows, day: Day, calendar: Calendar): Omit<Terms, "maturity_date"> {
  let { disbursement_amount: amount, total_expected_margin: margin } = rows[0];
  for (const { row, before, on } of changesOf(rows, calendar)) {
    if (on > day) continue;
    amount += row.disbursement_amount - before.disbursement_amount;
    margin += row.total_expected_margin - before.total_expected_margin;
  }
  return { amount, margin };
}

const TERMS = ["disbursement_amount", "total_expected_margin", "maturity_date"] as const;

/**
 * The changes in the order of the log, each with the terms before its event and the day from which it holds. A change of
 * only the creditor to whom a disbursement is pledged is no change of terms.
 */
export function* changesOf([first, ...later]: TermsRows, { dayOf }: Calendar) {
  let before = first;
  for (const row of later) {
    const terms = TERMS.filter((term) => row[term] !== before[term]);
    if (terms.length > 0) yield { row, before, terms, on: dayOf(row.on_date) };
    before = row;
  }
}

const agreed = (row: TermsRow): Terms => ({
  amount: row.disbursement_amount,
  margin: row.total_expected_margin,
  maturity_date: row.maturity_date,
});
