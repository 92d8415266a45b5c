import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { NOTHING_MORE } from "../domain/position/attributes.ts";
import type { Loan } from "../domain/position/facts.ts";
import { type Ready, ready } from "../domain/position/ready.ts";
import type { Database } from "../store/d1/session.ts";
import type { KnownSequence } from "../store/known-at.ts";
import { PAYMENTS_OF_A_LOAN_MAX } from "../store/position/loan-rows.ts";
import { readLoan } from "../store/position/loans.ts";
import { type InForce, settingsInForce } from "./in-force.ts";
import { knownSequence } from "./known-at.ts";
import { pastLoans } from "./past-loans.ts";

const TOO_LARGE: Problem = {
  code: "too_large",
  detail: `It has more than ${PAYMENTS_OF_A_LOAN_MAX} payments, or its events up to known_at are larger than 64 MB.`,
};

/** A disbursement, and what is in force for it. */
interface FoundLoan extends InForce {
  readonly one: Ready;
}

/** A disbursement with its terms and payments, now or as the log knew it then; null where it was not there. */
export async function findLoan(
  db: Database,
  tenant: string,
  disbursement_id: string,
  known_at: KnownAt | undefined,
): Promise<Result<FoundLoan | null, Problem>> {
  const known = await knownSequence(db, tenant, known_at);
  if (!known.ok) return known;
  const loan = await loanKnownAt(db, tenant, disbursement_id, known.value);
  if (loan === "too_large") return err(TOO_LARGE);
  const inForce = await settingsInForce(db, tenant, known.value);
  return ok(loan && { ...inForce, one: ready(loan, inForce.calendar) });
}

async function loanKnownAt(
  db: Database,
  tenant: string,
  disbursement_id: string,
  known: KnownSequence | null,
): Promise<Loan | null | "too_large"> {
  if (known === null || known.sequence === known.head) {
    const now = await readLoan(db, tenant, disbursement_id);
    if (now === "too_large") return now;
    // The log may have moved on since its head was read.
    if (known === null || now.head === known.sequence) return now.found?.loan ?? null;
  }
  const asked = { known: known.sequence, wanted: NOTHING_MORE };
  const past = await pastLoans(db, tenant, [disbursement_id], asked);
  return past === "too_large" ? past : (past.loans[0]?.loan ?? null);
}
