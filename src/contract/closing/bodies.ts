import * as z from "zod";
import { isLastOfMonth } from "../../domain/core/closed-period.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { documented } from "../documented.ts";
import { calendarDate, optional, printable } from "../ledger/values.ts";
import { expects } from "../lookup/query.ts";

const lastOfMonthExpected = expects("the last day of a month, YYYY-MM-DD");

/** `GET /v1/closing/preview`. */
export const closingPreviewQuery = z.strictObject({
  closed_through: z
    .string(lastOfMonthExpected)
    .refine((day) => isCalendarDate(day) && isLastOfMonth(day), lastOfMonthExpected)
    .meta(documented({ type: "string", format: "date" })),
});

const NOTE_CHARACTERS_MAX = 500;

/** `PUT /v1/closing` (docs/ledger.md#closed-periods). */
export const closingBody = z.strictObject({
  closed_through: calendarDate
    .refine((day) => !isCalendarDate(day) || isLastOfMonth(day), "must be the last day of a month")
    .nullable()
    .describe("The last day of a month, up to yesterday; null reopens everything."),
  reopen: z
    .boolean()
    .default(false)
    .describe("Must be true for an earlier day than the present one, or null."),
  note: optional(printable(NOTE_CHARACTERS_MAX)).describe("Needed to reopen. It must not be personal."),
});
