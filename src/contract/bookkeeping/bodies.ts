import * as z from "zod";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { documented } from "../documented.ts";
import { expects, LIMIT_DEFAULT, limit } from "../lookup/query.ts";

/** `PUT /v1/bookkeeping` (docs/bookkeeping.md#the-switch). */
export const switchBody = z.strictObject({ mode: z.enum(["off", "records"]) });

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
