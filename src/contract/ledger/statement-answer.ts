import * as z from "zod";
import { ENTRY_TYPES } from "../../domain/ledger/journal.ts";
import { day, instant, sumMinor, uuid } from "../answer-values.ts";

export const loanAmounts = z
  .object({
    principal_minor: sumMinor,
    interest_minor: sumMinor,
    fees_minor: sumMinor,
    margin_minor: sumMinor,
    suspense_minor: sumMinor,
    total_minor: sumMinor.meta({ description: "Principal, interest, fees and margin, less suspense." }),
  })
  .meta({ id: "LoanAmounts" });

export const statementItem = z.object({
  journal_entry_id: uuid,
  event_type: z.enum(ENTRY_TYPES),
  effective_at: day,
  value_date: day,
  posted_at: instant,
  amount_minor: sumMinor.optional().meta({ description: "Of a receipt: its money on 1000." }),
  recovery_minor: sumMinor.optional().meta({ description: "Of a receipt: what of it is a recovery." }),
  change: loanAmounts,
  balance: loanAmounts,
});

/** `GET /v1/loans/{loan_id}/statement` (docs/ledger.md#reads). Apart from the other answers, because CSV is made of it. */
export const statement = z.object({
  opening: loanAmounts,
  items: z.array(statementItem),
  next_page_token: z.string().optional().meta({ description: "Send it as `page_token`." }),
});
