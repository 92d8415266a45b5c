import type { FieldError, Problem } from "../core/problem.ts";
import { invalid } from "../core/problem.ts";
import type { LedgerLoan, LedgerState } from "./state.ts";

/** The members by which a command names its loan. */
export interface LoanNamed {
  readonly loan_id: string;
  readonly borrower_id: string;
  readonly currency: string;
}

/** A loan keeps one borrower and one currency for life. A new loan may have any. */
export function lifelongErrors(loan: LedgerLoan | undefined, named: LoanNamed): FieldError[] {
  if (!loan) return [];
  const errors: FieldError[] = [];
  if (named.borrower_id !== loan.borrower_id) {
    const message = "must be the borrower of the loan's earlier postings";
    errors.push({ field: "borrower_id", code: "borrower_mismatch", message });
  }
  if (named.currency !== loan.currency) errors.push(currencyMismatch("currency", loan));
  return errors;
}

export const currencyMismatch = (field: string, loan: Pick<LedgerLoan, "currency">): FieldError => ({
  field,
  code: "currency_mismatch",
  message: `must be ${loan.currency}, as in the loan's earlier postings`,
});

export const unknownLoan = (field: string): FieldError => ({
  field,
  code: "unknown_reference",
  message: "must be a loan of the ledger; a disbursement opens one",
});

/** Refuses a loan that no disbursement has opened, and another borrower or currency than its own. */
export function refusedLoan(state: LedgerState, named: LoanNamed): Problem | null {
  const loan = state.loans.get(named.loan_id);
  const errors = loan ? lifelongErrors(loan, named) : [unknownLoan("loan_id")];
  return errors.length === 0 ? null : invalid(errors);
}
