import { disagreements } from "../domain/bookkeeping/compare.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { readBothSides } from "../store/bookkeeping/compare.ts";
import type { Database } from "../store/d1/session.ts";
import { PAYMENTS_OF_A_LOAN_MAX } from "../store/position/loans.ts";

/** Disbursements that one page of the proof compares. */
const LOANS_OF_A_PAGE = 100;

export const TOO_MANY_PAYMENTS: Problem = {
  code: "too_large",
  detail: `A disbursement has more than ${PAYMENTS_OF_A_LOAN_MAX} paid payments.`,
};

/** A disbursement for which a figure of the records differs from that of the books. */
export type Difference = ReturnType<typeof disagreements>[number] & {
  readonly disbursement_id: string;
  readonly sequence: number;
};

interface Compared {
  readonly differences: readonly Difference[];
  readonly compared: number;
  /** The disbursement after which the next page starts; null at the end. */
  readonly end: string | null;
}

/** Compares the next booked disbursements with their books (docs/bookkeeping.md#the-switch). */
export async function compareBooks(
  db: Database,
  tenant: string,
  after: string,
  as_of_date: string,
): Promise<Result<Compared, Problem>> {
  const page = await readBothSides(db, tenant, after, as_of_date, LOANS_OF_A_PAGE);
  if (page === "too_large") return err(TOO_MANY_PAYMENTS);
  const booked = page.loans.filter(({ follows_records }) => follows_records);
  const differences = booked.flatMap(({ loan, sums }) =>
    disagreements(loan, sums, as_of_date).map((one) => ({
      disbursement_id: loan.disbursement.disbursement_id,
      ...one,
      sequence: loan.updated_seq,
    })),
  );
  return ok({ differences, compared: booked.length, end: page.end });
}
