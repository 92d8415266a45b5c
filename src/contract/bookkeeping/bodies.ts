import * as z from "zod";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { documented } from "../documented.ts";
import { bankAccountRef, optional } from "../ledger/values.ts";
import { expects, LIMIT_DEFAULT, limit } from "../lookup/query.ts";

export const SETTLE_MODES = ["by_hand", "on_disbursement"] as const;

/** A member that has no meaning beside the others. */
const misplaced = (field: string, message: string) => ({
  code: "custom" as const,
  path: [field],
  message,
  params: { code: "invalid_value" },
});

/** `PUT /v1/bookkeeping` (docs/bookkeeping.md#the-switch). */
export const switchBody = z
  .strictObject({
    mode: z.enum(["off", "records"]),
    settle: z
      .enum(SETTLE_MODES)
      .default("by_hand")
      .describe("With `on_disbursement` originations and raises are settled by the event that posts them."),
    bank_account_ref: optional(bankAccountRef).describe(
      "Where the money of such settlements leaves; `main` if absent.",
    ),
  })
  .superRefine(({ mode, settle, bank_account_ref }, context) => {
    if (mode === "off" && settle === "on_disbursement") {
      context.addIssue(misplaced("settle", "must be by_hand where the mode is off"));
    }
    if (settle === "by_hand" && bank_account_ref !== null) {
      context.addIssue(misplaced("bank_account_ref", "must be absent unless settle is on_disbursement"));
    }
  });

const CURSOR_CHARACTERS_MAX = 4096;
const dateExpected = expects("a real date YYYY-MM-DD");
const cursorExpected = expects("the next_cursor of the page before");
const cursor = z.string(cursorExpected).min(1, cursorExpected).max(CURSOR_CHARACTERS_MAX, cursorExpected);

/** `GET /v1/bookkeeping/exceptions`. */
export const exceptionsQuery = z.strictObject({
  limit: limit.default(LIMIT_DEFAULT),
  cursor: cursor.optional(),
});
export type ExceptionsQuery = z.infer<typeof exceptionsQuery>;

/** `GET /v1/bookkeeping/proof`. */
export const proofQuery = z.strictObject({
  as_of_date: z
    .string(dateExpected)
    .refine(isCalendarDate, dateExpected)
    .meta(documented({ type: "string", format: "date" }))
    .optional(),
  cursor: cursor.optional(),
});
export type ProofQuery = z.infer<typeof proofQuery>;

const MONTH = /^[0-9]{4}-(0[1-9]|1[0-2])$/;
const monthExpected = expects("a month YYYY-MM");

/** `GET /v1/bookkeeping/late`. */
export const lateQuery = z.strictObject({
  period: z
    .string(monthExpected)
    .regex(MONTH, monthExpected)
    .meta(documented({ type: "string", pattern: MONTH.source, description: "The month of the value date." })),
  limit: limit.default(LIMIT_DEFAULT),
  cursor: cursor.optional(),
});
export type LateQuery = z.infer<typeof lateQuery>;
