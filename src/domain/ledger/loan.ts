import type { FieldError, Problem } from "../core/problem.ts";
import { invalid } from "../core/problem.ts";
import { borrowerMismatch, currencyMismatch, unknownLoan } from "./refusals.ts";
import type { LedgerLoan, LedgerState } from "./state.ts";

/** The members by which a command names its loan. */
interface LoanNamed {
  readonly loan_id: string;
  readonly borrower_id: string;
  readonly currency: string;
}

/** A loan keeps one borrower and one currency for life. A new loan may have any. */
export function lifelongErrors(loan: LedgerLoan | undefined, named: LoanNamed): FieldError[] {
  if (!loan) return [];
  const errors: FieldError[] = [];
  if (named.borrower_id !== loan.borrower_id) errors.push(borrowerMismatch());
  if (named.currency !== loan.currency) errors.push(currencyMismatch("currency", loan.currency));
  return errors;
}

/** Refuses a loan that no disbursement has opened, and another borrower or currency than its own. */
export function refusedLoan(state: LedgerState, named: LoanNamed): Problem | null {
  const loan = state.loans.get(named.loan_id);
  const errors = loan ? lifelongErrors(loan, named) : [unknownLoan("loan_id")];
  return errors.length === 0 ? null : invalid(errors);
}
