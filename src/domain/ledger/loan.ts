import type { FieldError } from "../core/problem.ts";
import type { LedgerLoan } from "./state.ts";

/** The members by which a command names its loan. */
export interface LoanNamed {
  readonly borrower_id: string;
  readonly currency: string;
}

/** A loan has one borrower and one currency for life; a new one has any. */
export function loanErrors(loan: LedgerLoan | undefined, named: LoanNamed): FieldError[] {
  if (!loan) return [];
  const errors: FieldError[] = [];
  if (named.borrower_id !== loan.borrower_id) {
    const message = "must be the borrower of the loan's earlier postings";
    errors.push({ field: "borrower_id", code: "borrower_mismatch", message });
  }
  if (named.currency !== loan.currency) {
    const message = `must be ${loan.currency}, as in the loan's earlier postings`;
    errors.push({ field: "currency", code: "currency_mismatch", message });
  }
  return errors;
}
