import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Loan } from "../domain/position/facts.ts";
import type { Database } from "../store/d1/session.ts";
import { PAYMENTS_OF_A_LOAN_MAX, readLoan } from "../store/position/loans.ts";
import { knownSequence, pastLoans } from "./known-at.ts";

const TOO_LARGE: Problem = {
  code: "too_large",
  detail: `It has more than ${PAYMENTS_OF_A_LOAN_MAX} payments.`,
};

/** A disbursement with its terms and payments, now or as the log knew it then; null where it was not there. */
export async function findLoan(
  db: Database,
  tenant: string,
  disbursement_id: string,
  known_at: KnownAt | undefined,
): Promise<Result<Loan | null, Problem>> {
  const known = await knownSequence(db, tenant, known_at);
  if (!known.ok) return known;
  if (known.value !== null) {
    const past = await pastLoans(db, tenant, { upto: known.value, disbursement_id });
    return ok(past.loans()[0] ?? null);
  }
  const loan = await readLoan(db, tenant, disbursement_id);
  return loan === "too_large" ? err(TOO_LARGE) : ok(loan);
}
