import { INT64_MAX } from "../core/money.ts";
import type { Problem } from "../core/problem.ts";

/** The one refusal that bookkeeping adds (docs/bookkeeping.md#the-switch). */
export const booksOverflow = (disbursement_id: string): Problem => ({
  code: "amount_overflow",
  detail: `The books of the disbursement ${JSON.stringify(disbursement_id)} hold debits and credits of an account up to ${INT64_MAX} minor units each.`,
});
