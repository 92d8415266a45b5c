import * as z from "zod";
import { uuid } from "../../contract/answer-values.ts";
import {
  accountBalance,
  chart,
  journalEntries,
  journalEntry,
  loanBalance,
  statement,
  trialBalance,
} from "../../contract/ledger/answers.ts";
import {
  accountBalanceQuery,
  journalListQuery,
  journalQuery,
  loanBalanceQuery,
  statementQuery,
  trialBalanceQuery,
} from "../../contract/ledger/queries.ts";
import { answer, CSV, json } from "../answers.ts";
import type { Operation } from "../operation.ts";
import { writeOperations } from "./postings.ts";

const entries = json(journalEntries);
const loanPath = z.object({ loan_id: uuid });
const accountPath = z.object({ account_code: accountBalance.shape.account_code });

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
    answers: { 200: answer("The entry.", json(journalEntry)) },
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
      200: answer("The balance.", json(loanBalance)),
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
    pathParameters: accountPath,
    query: accountBalanceQuery,
    answers: {
      200: answer("The balance.", json(accountBalance)),
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
      200: answer("One page.", [json(statement), CSV], ["Vary", "Content-Disposition", "Link"]),
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
      200: answer("The chart.", json(chart)),
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
      200: answer("The trial balance.", json(trialBalance)),
    },
  },
];

/** docs/api.md#ledger */
export const LEDGER_OPERATIONS: readonly Operation[] = [...writeOperations(), ...READS];
