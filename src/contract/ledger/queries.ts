import * as z from "zod";
import { isCurrency } from "../../domain/core/currency.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { ACCOUNT_CODES, LAYERS } from "../../domain/ledger/accounts.ts";
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

/** Formats of plain-text books (hledger.org, beancount.github.io). */
const JOURNAL_FORMATS = ["hledger", "beancount"] as const;
export type JournalFormat = (typeof JOURNAL_FORMATS)[number];

/** `GET /v1/journal-entries`: the tenant's entries in pages, or with `format` the journal as plain-text books. */
export const journalListQuery = z
  .strictObject({
    ...page,
    event_type: eventType,
    account_code: z.enum(ACCOUNT_CODES, expects("the code of an account, for example 1100")).optional(),
    format: z.enum(JOURNAL_FORMATS, expects("hledger or beancount")).optional(),
  })
  .refine(inOrder, notInOrder)
  .refine(
    ({ format, event_type, account_code, page_token }) =>
      !format || !(event_type ?? account_code ?? page_token),
    { path: ["format"], error: "exports every entry, so it takes from_date and to_date only" },
  );

export type JournalListQuery = z.infer<typeof journalListQuery>;

const SUMMARY_DAYS_MAX = 366;
const SUMMARY_MONTHS_MAX = 120;

const daysIn = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
const monthNumber = (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));

/** `GET /v1/journal-summary` (docs/ledger.md#the-summary). */
export const summaryQuery = z
  .strictObject({
    from_date: date,
    to_date: date,
    by: z.enum(["day", "month"], expects("day or month")),
  })
  .refine(inOrder, notInOrder)
  .refine(
    ({ from_date, to_date, by }) =>
      by === "day"
        ? daysIn(from_date, to_date) <= SUMMARY_DAYS_MAX
        : monthNumber(to_date) - monthNumber(from_date) < SUMMARY_MONTHS_MAX,
    {
      path: ["to_date"],
      error: `must be within ${SUMMARY_DAYS_MAX} days of from_date by day, or ${SUMMARY_MONTHS_MAX} months by month`,
    },
  );

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
