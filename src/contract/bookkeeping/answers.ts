import * as z from "zod";
import { BOOKED_CATEGORIES } from "../../domain/bookkeeping/booked.ts";
import { REASONS } from "../../domain/bookkeeping/exceptions.ts";
import { PROVED } from "../../domain/proof/proof.ts";
import { currency, day, exactDecimal, sumMinor, uuid } from "../answer-values.ts";
import { SETTLE_MODES } from "./bodies.ts";

/** `GET /v1/bookkeeping` and `PUT /v1/bookkeeping` (docs/bookkeeping.md#the-switch). */
export const bookkeepingState = z
  .object({
    mode: z.enum(["off", "records"]),
    settle: z.enum(SETTLE_MODES),
    bank_account_ref: z.string().nullable().meta({
      description: "Where the money of settlements leaves that records make; null where they make none.",
    }),
    since_sequence: z.int().nullable().meta({ description: "The first event that posts its own entries." }),
    progress: z.object({ done: z.int(), total: z.int() }),
  })
  .meta({ id: "Bookkeeping" });

const next_cursor = z.string().optional().meta({ description: "Send it as `cursor`." });

/** `GET /v1/bookkeeping/exceptions`. */
export const exceptions = z.object({
  data: z.array(
    z.object({
      disbursement_id: z.string(),
      payment_id: z.string().optional(),
      reason: z.enum(REASONS),
      amount: exactDecimal,
      currency,
      sequence: z.int(),
    }),
  ),
  pagination: z.object({
    limit: z.int(),
    has_more: z.boolean(),
    next_cursor,
    searched_all: z.boolean().optional(),
  }),
});

/** `GET /v1/bookkeeping/proof`. */
export const proof = z.object({
  as_of_date: day,
  differences: z.array(
    z.object({
      disbursement_id: z.string(),
      account_code: z.enum(PROVED),
      currency,
      records_minor: sumMinor,
      books_minor: sumMinor,
      sequence: z.int(),
    }),
  ),
  compared: z.int(),
  next_cursor,
});

/** `GET /v1/bookkeeping/late`. */
export const late = z.object({
  data: z.array(
    z.object({
      disbursement_id: z.string(),
      category: z.enum(BOOKED_CATEGORIES),
      record_id: z.string(),
      sequence: z.int(),
      event_id: uuid,
      journal_entry_id: uuid,
      value_date: day.meta({ ...day.meta(), description: "The day of what the entry books." }),
      effective_at: day.meta({ ...day.meta(), description: "The first open day when it was posted." }),
      currency,
    }),
  ),
  pagination: z.object({ limit: z.int(), has_more: z.boolean(), next_cursor }),
});
