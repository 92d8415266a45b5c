import { ACCRUAL_LOANS_MAX } from "../contract/ledger/accrual-bodies.ts";
import type { PreviewRequest } from "../contract/ledger/accruals.ts";
import { type FieldError, invalid, type Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { carriedInterest, scaledRate } from "../domain/ledger/interest.ts";
import type { LoanAccrual } from "../domain/ledger/postings/accrual.ts";
import { currencyMismatch, unknownLoan } from "../domain/ledger/refusals.ts";
import type { Database } from "../store/d1/session.ts";
import { type LoanPrincipal, principalsAfter, principalsOf } from "../store/ledger/principals.ts";
import { paged, startAfter } from "./pages.ts";

interface Preview {
  readonly loans: readonly LoanAccrual[];
  /** Ids of loans that take no accruals, because their entries follow their records. */
  readonly kept: readonly string[];
  readonly next_cursor: string | undefined;
}

/** The interest of a day: of the loans that were asked for, or of the next page of all (docs/ledger.md#accruals). */
export async function previewAccrual(
  db: Database,
  tenant: string,
  asked: PreviewRequest,
): Promise<Result<Preview, Problem>> {
  const { loans } = asked;
  const found = loans
    ? await principalsAsked(db, tenant, asked, loans)
    : await nextPrincipals(db, tenant, asked);
  if (!found.ok) return found;
  const { annual_rate, day_count_convention, accrual_date } = asked;
  const rate = scaledRate(annual_rate);
  const { principals, next_cursor } = found.value;
  const open = principals.filter(({ follows_records }) => !follows_records);
  const kept = principals.filter(({ follows_records }) => follows_records);
  const day = { convention: day_count_convention, date: accrual_date };
  const previewed = open.map(({ loan_id, principal_minor, remainder: carried }) => {
    const { interest_minor, remainder } = carriedInterest(principal_minor, rate, day, carried);
    const interest_remainder = remainder;
    return { loan_id, outstanding_principal_minor: principal_minor, interest_minor, interest_remainder };
  });
  return ok({ loans: previewed, kept: kept.map(({ loan_id }) => loan_id), next_cursor });
}

interface Principals {
  readonly principals: readonly LoanPrincipal[];
  readonly next_cursor: string | undefined;
}

async function principalsAsked(
  db: Database,
  tenant: string,
  { accrual_date, currency }: PreviewRequest,
  loans: readonly string[],
): Promise<Result<Principals, Problem>> {
  const found = await principalsOf(db, tenant, loans, accrual_date);
  const errors = loans.flatMap((loan_id, index): FieldError[] => {
    const loan = found.get(loan_id);
    if (!loan) return [unknownLoan(`loans.${index}`)];
    return loan.follows_records || loan.currency === currency
      ? []
      : [currencyMismatch(`loans.${index}`, loan.currency)];
  });
  return errors.length > 0
    ? err(invalid(errors))
    : ok({ principals: [...found.values()], next_cursor: undefined });
}

const FOREIGN = invalid([
  {
    field: "page_token",
    code: "invalid_value",
    message: "must be the next_page_token of a page of the same body",
  },
]);

function nextPrincipals(
  db: Database,
  tenant: string,
  { page_token: cursor, loans: _, ...query }: PreviewRequest,
): Promise<Result<Principals, Problem>> {
  const { accrual_date, currency } = query;
  const identity = [tenant, "accruals", Object.entries(query).sort()];
  return paged({ identity, cursor, foreign: FOREIGN }, async (start) => {
    const after = start?.after?.[0] ?? "";
    const request = { currency, day: accrual_date, after, limit: ACCRUAL_LOANS_MAX };
    const { loans, end } = await principalsAfter(db, tenant, request);
    return ok({ principals: loans, next: end === null ? null : startAfter(end) });
  });
}
