import { openDay } from "../../core/closed-period.ts";
import type { Stamp } from "../../core/event.ts";
import type { FieldError } from "../../core/problem.ts";
import { invalid } from "../../core/problem.ts";
import { err, ok } from "../../core/result.ts";
import type { DayCountConvention } from "../day-count.ts";
import { entryOf, isoTime } from "../entry.ts";
import type { Entry } from "../journal.ts";
import { balanceAt } from "../loan-book.ts";
import { type Accrued, accrualKey } from "../marks.ts";
import { alreadyAccrued, currencyMismatch, principalMismatch, unknownLoan } from "../refusals.ts";
import { bookOf, type LedgerState, needFrom, type PostingType } from "../state.ts";

/** A command of more loans is decided in a group of its own, from one row per loan (docs/ledger.md#accruals). */
export const MANY_LOANS = 100;

/** The interest of one loan for one day. */
export interface LoanAccrual {
  readonly loan_id: string;
  readonly outstanding_principal_minor: bigint;
  /** 0 to 9223372036854775807. */
  readonly interest_minor: bigint;
  /** What rounding left over, in units of 10^-12 minor units; null where the interest is exact. */
  readonly interest_remainder: bigint | null;
}

/** A checked `POST /v1/accruals/batch` (docs/ledger.md#accruals). */
interface Accrual {
  readonly type: "accrual";
  readonly program_id: string;
  /** The interest is for the day from this one to the next, on the principal at the end of this day. */
  readonly accrual_date: string;
  /** True: on a day of a closed period it is posted on the first open day. */
  readonly late: boolean;
  readonly day_count_convention: DayCountConvention;
  readonly currency: string;
  /** Up to 2,000 loans, each once; none where a preview found none. */
  readonly loans: readonly LoanAccrual[];
  readonly actor: string | null;
}

/** Posts a day's interest of many loans in one entry: all of it or none. */
export const accrual: PostingType<Accrual> = {
  addNeeds(needs, { loans, accrual_date: day, late: isLate }) {
    for (const { loan_id } of loans) {
      if (loans.length > MANY_LOANS) needs.manyLoans.set(loan_id, { day, isLate });
      else needFrom(needs.loans, loan_id, day);
      needs.accruals.add([loan_id, day]);
    }
  },

  decide(state, command, stamp) {
    const { loans } = command;
    const errors = loans.flatMap((loan, index) => errorsOf(state, command, loan, index));
    if (errors.length > 0) return err(invalid(errors));
    const entry = loans.length > 0 ? entryOfDay(state, command, stamp) : null;
    const answer = {
      accrual_event_id: stamp.event_id,
      ...(entry ? { journal_entry_id: entry.journal_entry_id } : {}),
      loan_count: loans.length,
      total_accrued_minor: loans.reduce((sum, { interest_minor }) => sum + interest_minor, 0n).toString(),
      posted_at: isoTime(stamp.now),
    };
    if (!entry) return ok({ entries: [], answer });
    const accrued = loans.map((loan) => accruedOf(state, command.accrual_date, loan, entry));
    return ok({ entries: [entry], accrued, answer });
  },
};

function entryOfDay(state: LedgerState, command: Accrual, stamp: Stamp): Entry {
  const { accrual_date, loans, program_id, day_count_convention } = command;
  return entryOf(stamp, {
    event_type: "accrual",
    currency: command.currency,
    effective_at: openDay(accrual_date, stamp.closed_through),
    value_date: accrual_date,
    actor: command.actor,
    description: `Interest of ${accrual_date}, ${day_count_convention}, program ${program_id}`,
    postings: loans.map(({ loan_id, interest_minor }) => ({
      debit: "1200",
      credit: "4100",
      amount_minor: interest_minor,
      loan: { loan_id, borrower_id: state.loans.get(loan_id)?.borrower_id ?? "" },
    })),
  });
}

function accruedOf(state: LedgerState, accrual_date: string, asked: LoanAccrual, entry: Entry): Accrued {
  const { loan_id, interest_minor, interest_remainder } = asked;
  const carried = state.remainders.get(loan_id) ?? 0n;
  const { sequence, position, effective_at: last_day } = entry;
  const remainder = interest_remainder ?? carried;
  return { loan_id, accrual_date, sequence, position, interest_minor, carried, remainder, last_day };
}

function errorsOf(state: LedgerState, command: Accrual, asked: LoanAccrual, index: number): FieldError[] {
  const { loan_id, outstanding_principal_minor } = asked;
  const { currency, accrual_date } = command;
  const at = (member: string) => `loans.${index}.${member}`;
  const loan = state.loans.get(loan_id);
  if (!loan) return [unknownLoan(at("loan_id"))];
  if (loan.currency !== currency) return [currencyMismatch(at("loan_id"), loan.currency)];
  const errors: FieldError[] = [];
  if (state.marks.has(accrualKey(loan_id, accrual_date))) {
    errors.push(alreadyAccrued(at("loan_id"), accrual_date));
  }
  const principal =
    state.principals.get(loan_id) ?? balanceAt(bookOf(state, loan_id), "principal", accrual_date);
  if (principal !== outstanding_principal_minor) {
    errors.push(principalMismatch(at("outstanding_principal_minor"), principal, accrual_date));
  }
  return errors;
}
