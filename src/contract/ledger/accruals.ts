import * as z from "zod";
import { DAY_COUNT_CONVENTIONS } from "../../domain/ledger/day-count.ts";
import type { LoanAccrual } from "../../domain/ledger/postings/accrual.ts";
import type { AnswerOf } from "../answer-types.ts";
import { documented } from "../documented.ts";
import { ACCRUAL_LOANS_MAX } from "./accrual-bodies.ts";
import type { accrualPreview } from "./answers.ts";
import { annualRate, calendarDate, currency, loanList, remainderText, uuid } from "./values.ts";

/** Body of `POST /v1/accruals/preview` (docs/ledger.md#accruals). */
export const previewSchema = z
  .strictObject({
    program_id: uuid,
    accrual_date: calendarDate,
    day_count_convention: z.enum(DAY_COUNT_CONVENTIONS),
    currency,
    annual_rate: annualRate,
    loans: loanList(uuid, ACCRUAL_LOANS_MAX, (loan_id) => loan_id)
      .meta(
        documented({
          type: "array",
          minItems: 1,
          maxItems: ACCRUAL_LOANS_MAX,
          items: { type: "string", format: "uuid" },
        }),
      )
      .nullish(),
    page_token: z
      .string()
      .min(1, "must be the next_page_token of the page before")
      .max(512, "must be the next_page_token of the page before")
      .nullish(),
  })
  .refine(({ loans, page_token }) => !loans || !page_token, {
    path: ["page_token"],
    error: "goes without loans: a page lists the loans by itself",
  });

export type PreviewRequest = z.infer<typeof previewSchema>;

interface Previewed {
  readonly loans: readonly LoanAccrual[];
  /** Ids of loans whose entries follow their records. */
  readonly kept: readonly string[];
  readonly next_cursor: string | undefined;
}

/** The answer to a preview: a body that `POST /v1/accruals/batch` takes. */
export function previewView(
  { program_id, accrual_date, day_count_convention, currency: code }: PreviewRequest,
  { loans, kept, next_cursor }: Previewed,
): AnswerOf<typeof accrualPreview> {
  return {
    program_id,
    accrual_date,
    day_count_convention,
    currency: code,
    loans: loans.map(({ loan_id, outstanding_principal_minor, interest_minor, interest_remainder }) => ({
      loan_id,
      outstanding_principal_minor: outstanding_principal_minor.toString(),
      interest_minor: interest_minor.toString(),
      interest_remainder: remainderText(interest_remainder ?? 0n),
    })),
    skipped: kept.map((loan_id) => ({ loan_id, reason: "kept_by_records" as const })),
    next_page_token: next_cursor,
  };
}
