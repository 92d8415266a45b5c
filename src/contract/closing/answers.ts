import * as z from "zod";
import { WARNING_CODES } from "../../domain/closing/warnings.ts";
import { ACCOUNT_CODES } from "../../domain/ledger/accounts.ts";
import { currency, day, instant, sumMinor, uuid } from "../answer-values.ts";

const closed_through = day
  .nullable()
  .meta({ description: "The last day of the closed period; null where none is closed." });

const warnings = z.array(
  z.object({
    code: z.enum(WARNING_CODES),
    count: z.int().optional(),
    amount_minor: sumMinor.optional(),
    currency: currency.optional(),
    more: z.literal(true).optional().meta({ description: "Not all loans were examined." }),
  }),
);

/** `PUT /v1/closing` (docs/ledger.md#closed-periods). */
export const closed = z.object({
  closed_through,
  previous: day.nullable().meta({ description: "The `closed_through` before." }),
  event_id: uuid
    .nullable()
    .meta({ description: "The event of the closing that holds; null if there never was one." }),
  sequence: z.int().nullable(),
  warnings,
});

/** `GET /v1/closing/preview`: what a closing through the day would record. */
export const closingPreview = z.object({
  closed_through: day,
  trial_balance_hash: z.string().meta({ description: "SHA-256 in hex." }),
  balances: z
    .array(
      z.object({
        currency,
        account_code: z.enum(ACCOUNT_CODES),
        account_name: z.string(),
        dr_balance_minor: sumMinor,
        cr_balance_minor: sumMinor,
      }),
    )
    .meta({ description: "Each account with postings up to the day, gross, by currency, then by code." }),
  warnings,
});

/** `GET /v1/closing`. */
export const closingList = z.object({
  closed_through,
  closings: z.array(
    z.object({
      closed_through,
      closed_at: instant,
      actor: z.string().nullable(),
      note: z.string().nullable(),
      sequence: z.int(),
      trial_balance_hash: z
        .string()
        .nullable()
        .meta({ description: "SHA-256 in hex; null where the event closed nothing." }),
    }),
  ),
});
