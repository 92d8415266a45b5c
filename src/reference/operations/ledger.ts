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
      summary: "List or export journal entries",
      description:
        "The tenant's entries, newest first, or with a date in the order of their days. As CSV it has a row for each line. With `format` it streams the journal, or that of some days, in the text format of hledger or beancount; a download that was cut off lacks the last line.",
      answers: { 200: "One page, or the exported journal." },
    },
    getJournalSummary: {
      summary: "Read the journal's summary",
      description:
        "What the entries of each day or month debit and credit on each account and currency. Accounts with the same external code are added up.",
      answers: { 200: "The summary." },
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
      description:
        "Every account with its type and normal side, the same for every tenant, and the tenant's own names.",
      answers: { 200: "The chart." },
    },
    nameAccount: {
      summary: "Name an account",
      description:
        "Gives an account a name of your own, and its number and name in your general ledger. Null takes one back; what is left out stays. It is an event of the log.",
      body: {
        id: "AccountNames",
        examples: {
          external: {
            summary: "The account's number in your general ledger",
            path: { account_code: "1100" },
            body: { external_code: "120100", external_name: "Loans to customers" },
            answers: 200,
          },
        },
      },
      answers: { 200: "The names after the change, or the first answer again." },
    },
    getTrialBalance: {
      summary: "Read the trial balance",
      description: "All accounts in one currency at the end of a day; the two totals are equal.",
      answers: { 200: "The trial balance." },
    },
    getReconciliationStatus: {
      summary: "Read the reconciliation report",
      description:
        "Compares what is kept with the postings, and names the figures that differ; the banks' statements with the cash, and the loans with the general ledger.",
      answers: { 200: "The report." },
    },
    startIntegrityCheck: {
      summary: "Start a whole integrity check",
      description:
        "The following scheduled runs add every posting up anew and compare all figures. The check is complete when checked_at of the report is later than requested_at.",
      answers: { 202: "The check is started." },
    },
  },
});
