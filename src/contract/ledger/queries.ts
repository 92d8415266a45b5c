import * as z from "zod";
import { isCurrency } from "../../domain/core/currency.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { LAYERS } from "../../domain/ledger/accounts.ts";
import { ENTRY_TYPES } from "../../domain/ledger/journal.ts";
import { documented } from "../documented.ts";
import { expects, LIMIT_DEFAULT, limit } from "../lookup/query.ts";

const dateExpected = expects("a real date YYYY-MM-DD");
const date = z
  .string(dateExpected)
  .refine(isCalendarDate, dateExpected)
  .meta(documented({ type: "string", format: "date" }));
const currencyExpected = expects("an active ISO 4217 code, for example USD");

const PAGE_TOKEN_CHARACTERS_MAX = 512;
const tokenExpected = expects("the next_page_token of the page before");

const currency = z
  .string(currencyExpected)
  .refine(isCurrency, currencyExpected)
  .meta(documented({ type: "string", pattern: "^[A-Z]{3}$" }));

const refExpected = expects("a bank account: 1 to 64 letters, digits, dots, underscores, colons and hyphens");
const bankAccountRef = z.string(refExpected).regex(/^[A-Za-z0-9_.:-]{1,64}$/, refExpected);

const page = {
  from_date: date.optional(),
  to_date: date.optional(),
  page_size: limit.default(LIMIT_DEFAULT),
  page_token: z
    .string(tokenExpected)
    .min(1, tokenExpected)
    .max(PAGE_TOKEN_CHARACTERS_MAX, tokenExpected)
    .optional(),
};
const eventType = z.enum(ENTRY_TYPES, expects(`one of ${ENTRY_TYPES.join(", ")}`)).optional();

const inOrder = ({
  from_date = "",
  to_date = "9999",
}: {
  from_date?: string | undefined;
  to_date?: string | undefined;
}) => from_date <= to_date;
const notInOrder = { path: ["from_date"], error: "must not be after to_date" };

/** `GET /v1/loans/{loan_id}/journal-entries` (docs/api.md#ledger). */
export const journalQuery = z.strictObject({ ...page, event_type: eventType }).refine(inOrder, notInOrder);

export type JournalQuery = z.infer<typeof journalQuery>;

/** `GET /v1/journal-entries`: the tenant's entries in pages, or with `format` the whole journal as plain-text books. */
export const journalListQuery = z
  .strictObject({
    ...page,
    event_type: eventType,
    format: z.enum(["hledger"], expects("hledger")).optional(),
  })
  .refine(inOrder, notInOrder)
  .refine(
    ({ format, from_date, to_date, event_type, page_token }) =>
      !format || !(from_date ?? to_date ?? event_type ?? page_token),
    {
      path: ["format"],
      error: "exports the whole journal, so no other parameter is possible",
    },
  );

export type JournalListQuery = z.infer<typeof journalListQuery>;

/** `GET /v1/loans/{loan_id}/statement` (docs/ledger.md#reads). */
export const statementQuery = z
  .strictObject({ ...page, currency: currency.optional() })
  .refine(inOrder, notInOrder);

export type StatementQuery = z.infer<typeof statementQuery>;

/** `GET /v1/loans/{loan_id}/balance`. */
export const loanBalanceQuery = z.strictObject({
  as_of_date: date.optional(),
  currency: currency.optional(),
});

/** `GET /v1/accounts/{account_code}/balance`. */
export const accountBalanceQuery = z.strictObject({
  currency,
  layer: z.enum(LAYERS, expects(`one of ${LAYERS.join(", ")}`)).default("SETTLED"),
  as_of_date: date.optional(),
  bank_account_ref: bankAccountRef.optional(),
});

/** `GET /v1/reconciliation/status` (docs/ledger.md#reconciliation). */
export const reconciliationQuery = z.strictObject({ as_of_date: date.optional() });

/** `GET /v1/trial-balance`. */
export const trialBalanceQuery = z.strictObject({ currency, as_of_date: date.optional() });
