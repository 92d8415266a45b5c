import { ledgerLoanIds } from "../../domain/core/uuid.ts";
import { href } from "../address.ts";
import { currentCaller } from "../caller.ts";
import { type Child, link } from "../dom.ts";
import { NONE } from "../format.ts";

interface OfLoan {
  readonly loan_id?: string | undefined;
  /** The disbursement of an entry that the records make. */
  readonly external_ref?: string | undefined;
}

/**
 * The link of a line's loan: to its disbursement where the entry names one whose ledger id the loan has
 * (docs/bookkeeping.md#names), else to the loan in the books.
 */
export function loanLink({ loan_id, external_ref }: OfLoan): Child {
  if (loan_id === undefined) return NONE;
  const disbursement = disbursementOf(loan_id, external_ref);
  return disbursement === null
    ? link(href(["books", "loan", loan_id]), `loan ${loan_id.slice(0, 8)}…`)
    : link(href(["disbursement", disbursement]), disbursement);
}

function disbursementOf(loan_id: string, ref: string | undefined): string | null {
  const tenant = currentCaller()?.tenant_id;
  if (ref === undefined || tenant === undefined) return null;
  return ledgerLoanIds(tenant)(ref) === loan_id ? ref : null;
}

export const disbursementLink = (id: string): HTMLElement => link(href(["disbursement", id]), id);
