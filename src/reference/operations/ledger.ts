import * as answers from "../../contract/ledger/answers.ts";
import * as statements from "../../contract/ledger/statement-answer.ts";
import { LEDGER_ROUTES } from "../../contract/routes/ledger.ts";
import { operationsOf } from "../operation.ts";
import { POSTING_EXAMPLES } from "../posting-examples.ts";

/** docs/api.md#ledger */
export const LEDGER_OPERATIONS = operationsOf({
  tag: "Ledger",
  routes: LEDGER_ROUTES,
  answersOf: () => ({ ...answers, ...statements }),
  words: {
    previewAccruals: {
      summary: "Preview a day's interest",
      description:
        "Computes the interest of one day for the named loans, or page by page for all loans of a currency. The answer is a body for `POST /v1/accruals/batch`. Writes nothing and needs no Idempotency-Key.",
      body: { id: "AccrualPreviewRequest", examples: POSTING_EXAMPLES.preview },
      answers: { 200: "The interest." },
    },
    listJournalEntries: {
      summary: "List journal entries, or export the whole journal",
      description:
        "The tenant's entries, newest first. With `format=hledger` and nothing else it streams the whole journal in hledger's text format; a download that was cut off lacks the last line.",
      answers: { 200: "One page, or the whole journal." },
    },
    getJournalEntry: {
      summary: "Read one journal entry",
      description: "Answers the entry with its balanced lines.",
      answers: { 200: "The entry." },
    },
    listLoanJournalEntries: {
      summary: "List a loan's journal entries",
      description: "Newest first.",
      answers: { 200: "One page." },
    },
    getLoanBalance: {
      summary: "Read a loan's balance",
      description: "What the borrower owes at the end of a day; today in the tenant's time zone by default.",
      answers: { 200: "The balance." },
    },
    getAccountBalance: {
      summary: "Read an account's balance",
      description:
        "Debits, credits and balance of one account at the end of a day; today in the tenant's time zone by default.",
      answers: { 200: "The balance." },
    },
    getLoanStatement: {
      summary: "Read a loan's statement",
      description: "What each entry changed and the balances after it, in the order of effective dates.",
      answers: { 200: "One page." },
    },
    listAccounts: {
      summary: "Read the chart of accounts",
      description: "Every account with its type and normal side; the same for every tenant.",
      answers: { 200: "The chart." },
    },
    getTrialBalance: {
      summary: "Read the trial balance",
      description: "All accounts in one currency at the end of a day; the two totals are equal.",
      answers: { 200: "The trial balance." },
    },
    getReconciliationStatus: {
      summary: "Read the reconciliation report",
      description:
        "Compares the kept sums with the postings, the banks' statements with the cash, and the loans with the general ledger.",
      answers: { 200: "The report." },
    },
    startIntegrityCheck: {
      summary: "Start a whole integrity check",
      description:
        "The following scheduled runs add every posting up anew and compare all accounts and loans. The check is complete when checked_at of the report is later than requested_at.",
      answers: { 202: "The check is started." },
    },
  },
});
