import { INT64_MAX } from "../core/money.ts";
import type { Problem } from "../core/problem.ts";
import type { BookedCategory } from "./booked.ts";

/** The refusal that bookkeeping adds to those of records (docs/bookkeeping.md#the-switch). */
export const booksOverflow = (disbursement_id: string): Problem => ({
  code: "amount_overflow",
  detail: `The books of the disbursement ${JSON.stringify(disbursement_id)} hold debits and credits of an account up to ${INT64_MAX} minor units each.`,
});

export const nothingToBook = (category: BookedCategory, id: string): Problem => ({
  code: "not_found",
  detail: `The ${category} ${JSON.stringify(id)} has nothing to book.`,
});
