import * as z from "zod";
import { ENTRY_TYPES } from "../../domain/ledger/journal.ts";
import { day, instant, sumMinor, uuid } from "../answer-values.ts";

export const loanAmounts = z
  .object({
    principal_minor: sumMinor,
    interest_minor: sumMinor,
    fees_minor: sumMinor,
    suspense_minor: sumMinor,
  })
  .meta({ id: "LoanAmounts" });

export const statementItem = z.object({
  journal_entry_id: uuid,
  event_type: z.enum(ENTRY_TYPES),
  effective_at: day,
  value_date: day,
  posted_at: instant,
  change: loanAmounts,
  balance: loanAmounts,
});

/** `GET /v1/loans/{loan_id}/statement` (docs/ledger.md#reads). Apart from the other answers, because CSV is made of it. */
export const statement = z.object({
  opening: loanAmounts,
  items: z.array(statementItem),
  next_page_token: z.string().optional().meta({ description: "Send it as `page_token`." }),
});
