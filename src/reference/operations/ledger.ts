import * as z from "zod";
import { documented } from "../../contract/documented.ts";
import {
  accountBalanceQuery,
  journalListQuery,
  journalQuery,
  loanBalanceQuery,
  statementQuery,
  trialBalanceQuery,
} from "../../contract/ledger/queries.ts";
import { AMOUNT_MINOR } from "../../contract/ledger/values.ts";
import { ACCOUNTS, type AccountCode, LAYERS } from "../../domain/ledger/accounts.ts";
import { ENTRY_TYPES } from "../../domain/ledger/journal.ts";
import { answer, CSV, currency, day, instant, json, sumMinor, uuid } from "../answers.ts";
import type { Operation } from "../operation.ts";
import { writeOperations } from "./postings.ts";

const amountMinor = z.string().meta(documented(AMOUNT_MINOR));
const account = z.enum(Object.keys(ACCOUNTS) as [AccountCode, ...AccountCode[]]);
const layer = z.enum(LAYERS);

const line = z
  .object({
    sequence: z.int().min(1),
    account_code: account,
    direction: z.enum(["DR", "CR"]),
    amount_minor: amountMinor,
    currency,
    layer,
    loan_id: uuid.optional(),
    borrower_id: uuid.optional(),
    external_ref: z.string().optional(),
  })
  .meta({ id: "JournalLine" });

const entry = z
  .object({
    journal_entry_id: uuid,
    event_type: z.enum(ENTRY_TYPES),
    effective_at: day.meta({ ...day.meta(), description: "The day on which the entry counts." }),
    posted_at: instant,
    lines: z.array(line).min(2),
    correlation_id: z.string().optional().meta({ description: "An entry and its reversal share it." }),
    reverses_entry_id: uuid.optional(),
    settles_entry_id: uuid.optional(),
    bank_account_ref: z.string().optional(),
    description: z.string().optional(),
    actor: z.string().optional().meta({ description: "The `sub` of the token that posted." }),
  })
  .meta({ id: "JournalEntry" });

const next_page_token = z.string().optional().meta({ description: "Send it as `page_token`." });
const entries = json(z.object({ items: z.array(entry), next_page_token }));

const parts = z
  .object({
    principal_minor: sumMinor,
    interest_minor: sumMinor,
    fees_minor: sumMinor,
    suspense_minor: sumMinor,
  })
  .meta({ id: "LoanAmounts" });

const sums = {
  account_name: z.string(),
  dr_balance_minor: sumMinor,
  cr_balance_minor: sumMinor,
  normal_balance_minor: sumMinor,
} as const;

const loanPath = z.object({ loan_id: uuid });

const READS: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/journal-entries",
    id: "listJournalEntries",
    tag: "Ledger",
    summary: "List journal entries, or export the whole journal",
    description:
      "The tenant's entries, newest first. With `format=hledger` and nothing else it streams the whole journal in hledger's text format; a download that was cut off lacks the last line.",
    scope: "hpts:ledger:read",
    bookmarked: true,
    query: journalListQuery,
    answers: {
      200: answer(
        "One page, or the whole journal.",
        [entries, { media: "text/plain", schema: z.string() }],
        ["Content-Disposition"],
      ),
    },
  },
  {
    method: "get",
    path: "/v1/journal-entries/{id}",
    id: "getJournalEntry",
    tag: "Ledger",
    summary: "Read one journal entry",
    description: "Answers the entry with its balanced lines.",
    scope: "hpts:ledger:read",
    bookmarked: true,
    pathParameters: z.object({ id: uuid }),
    answers: { 200: answer("The entry.", json(entry)) },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: "/v1/loans/{loan_id}/journal-entries",
    id: "listLoanJournalEntries",
    tag: "Ledger",
    summary: "List a loan's journal entries",
    description: "Newest first.",
    scope: "hpts:ledger:read",
    bookmarked: true,
    pathParameters: loanPath,
    query: journalQuery,
    answers: {
      200: answer("One page.", entries),
    },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: "/v1/loans/{loan_id}/balance",
    id: "getLoanBalance",
    tag: "Ledger",
    summary: "Read a loan's balance",
    description: "What the borrower owes at the end of a day; today (UTC) by default.",
    scope: "hpts:balances:read",
    bookmarked: true,
    pathParameters: loanPath,
    query: loanBalanceQuery,
    answers: {
      200: answer(
        "The balance.",
        json(
          z.object({
            loan_id: uuid,
            currency,
            as_of_date: day,
            principal_outstanding_minor: sumMinor,
            interest_receivable_minor: sumMinor,
            fees_receivable_minor: sumMinor,
            margin_receivable_minor: sumMinor,
            suspense_minor: sumMinor,
            total_exposure_minor: sumMinor,
            last_activity_at: instant.nullable(),
          }),
        ),
      ),
    },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: "/v1/accounts/{account_code}/balance",
    id: "getAccountBalance",
    tag: "Ledger",
    summary: "Read an account's balance",
    description: "Debits, credits and balance of one account at the end of a day; today (UTC) by default.",
    scope: "hpts:balances:read",
    bookmarked: true,
    pathParameters: z.object({ account_code: account }),
    query: accountBalanceQuery,
    answers: {
      200: answer(
        "The balance.",
        json(
          z.object({
            account_code: account,
            currency,
            layer,
            as_of_date: day,
            bank_account_ref: z.string().optional(),
            ...sums,
          }),
        ),
      ),
    },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: "/v1/loans/{loan_id}/statement",
    id: "getLoanStatement",
    tag: "Ledger",
    summary: "Read a loan's statement",
    description: "What each entry changed and the balances after it, in the order of effective dates.",
    scope: "hpts:ledger:read",
    bookmarked: true,
    pathParameters: loanPath,
    query: statementQuery,
    answers: {
      200: answer(
        "One page.",
        [
          json(
            z.object({
              opening: parts,
              items: z.array(
                z.object({
                  journal_entry_id: uuid,
                  event_type: z.enum(ENTRY_TYPES),
                  effective_at: day,
                  posted_at: instant,
                  change: parts,
                  balance: parts,
                }),
              ),
              next_page_token,
            }),
          ),
          CSV,
        ],
        ["Vary", "Content-Disposition", "Link"],
      ),
    },
    problems: ["not_found", "too_large"],
  },
  {
    method: "get",
    path: "/v1/accounts",
    id: "listAccounts",
    tag: "Ledger",
    summary: "Read the chart of accounts",
    description: "Every account with its type and normal side; the same for every tenant.",
    scope: "hpts:balances:read",
    answers: {
      200: answer(
        "The chart.",
        json(
          z.object({
            accounts: z.array(
              z.object({
                account_code: account,
                account_name: z.string(),
                account_type: z.string(),
                normal_side: z.enum(["DR", "CR"]),
              }),
            ),
          }),
        ),
      ),
    },
    problems: ["invalid_query"],
  },
  {
    method: "get",
    path: "/v1/trial-balance",
    id: "getTrialBalance",
    tag: "Ledger",
    summary: "Read the trial balance",
    description: "All accounts in one currency at the end of a day; the two totals are equal.",
    scope: "hpts:balances:read",
    bookmarked: true,
    query: trialBalanceQuery,
    answers: {
      200: answer(
        "The trial balance.",
        json(
          z.object({
            currency,
            as_of_date: day,
            accounts: z.array(z.object({ account_code: account, ...sums })),
            total_dr_minor: sumMinor,
            total_cr_minor: sumMinor,
          }),
        ),
      ),
    },
  },
];

/** docs/api.md#ledger */
export const LEDGER_OPERATIONS: readonly Operation[] = [...writeOperations(), ...READS];
