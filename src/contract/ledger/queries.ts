import * as z from "zod";
import { isCurrency } from "../../domain/core/currency.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { LAYERS } from "../../domain/ledger/accounts.ts";
import { ENTRY_TYPES } from "../../domain/ledger/journal.ts";
import { expects, LIMIT_DEFAULT, limit } from "../lookup/query.ts";

const dateExpected = expects("a real date YYYY-MM-DD");
const date = z.string(dateExpected).refine(isCalendarDate, dateExpected);
const currencyExpected = expects("an active ISO 4217 code, for example USD");

const PAGE_TOKEN_CHARACTERS_MAX = 512;
const tokenExpected = expects("the next_page_token of the page before");

/** `GET /v1/loans/{loan_id}/journal-entries` (docs/api.md#ledger). */
export const journalQuery = z
  .strictObject({
    from_date: date.optional(),
    to_date: date.optional(),
    event_type: z.enum(ENTRY_TYPES, expects(`one of ${ENTRY_TYPES.join(", ")}`)).optional(),
    page_size: limit.default(LIMIT_DEFAULT),
    page_token: z
      .string(tokenExpected)
      .min(1, tokenExpected)
      .max(PAGE_TOKEN_CHARACTERS_MAX, tokenExpected)
      .optional(),
  })
  .refine(({ from_date = "", to_date = "9999" }) => from_date <= to_date, {
    path: ["from_date"],
    error: "must not be after to_date",
  });

export type JournalQuery = z.infer<typeof journalQuery>;

/** `GET /v1/loans/{loan_id}/balance`. */
export const loanBalanceQuery = z.strictObject({ as_of_date: date.optional() });

/** `GET /v1/accounts/{account_code}/balance`. */
export const accountBalanceQuery = z.strictObject({
  currency: z.string(currencyExpected).refine(isCurrency, currencyExpected),
  layer: z.enum(LAYERS, expects(`one of ${LAYERS.join(", ")}`)).default("SETTLED"),
  as_of_date: date.optional(),
});

/** `GET /v1/journal-entries`: the whole journal as plain-text books. */
export const exportQuery = z.strictObject({
  format: z.enum(["hledger"], expects("hledger")),
});

/** The names of a query's parameters, for the message about an unknown one. */
export const parametersOf = (schema: { readonly shape: object }): string[] => Object.keys(schema.shape);
