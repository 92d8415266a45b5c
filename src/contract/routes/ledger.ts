import * as z from "zod";
import { ACCOUNT_CODES } from "../../domain/ledger/accounts.ts";
import { documented } from "../documented.ts";
import { accountNamesBody } from "../ledger/account-names.ts";
import { ACCRUAL_BYTES_MAX } from "../ledger/accrual-bodies.ts";
import { previewSchema } from "../ledger/accruals.ts";
import type * as answers from "../ledger/answers.ts";
import {
  accountBalanceQuery,
  journalListQuery,
  journalQuery,
  loanBalanceQuery,
  reconciliationQuery,
  statementQuery,
  summaryQuery,
  trialBalanceQuery,
} from "../ledger/queries.ts";
import type * as statements from "../ledger/statement-answer.ts";
import { uuid } from "../ledger/values.ts";
import { json, type RouteTable } from "./route.ts";

const readsLedger = { method: "GET", scope: "hpts:ledger:read", bookmarked: true } as const;
const readsBalances = { method: "GET", scope: "hpts:balances:read", bookmarked: true } as const;
const loanPath = z.object({ loan_id: uuid });
const accountPath = z.object({
  /** Another code is no account: 404, and no error of a field. */
  account_code: z.string().meta(documented({ type: "string", enum: [...ACCOUNT_CODES] })),
});

/** The routes of the ledger that post nothing (docs/api.md#ledger). */
export const LEDGER_ROUTES = {
  /** A question, not an event, so it needs no Idempotency-Key. */
  previewAccruals: {
    method: "POST",
    path: "/v1/accruals/preview",
    storesNothing: true,
    scope: "hpts:accruals:write",
    rate: "walk",
    bookmarked: true,
    body: { ...json(previewSchema), bytesMax: ACCRUAL_BYTES_MAX },
    answers: { 200: { json: "accrualPreview" } },
  },
  listJournalEntries: {
    ...readsLedger,
    path: "/v1/journal-entries",
    rate: "walk",
    query: journalListQuery,
    answers: {
      200: {
        json: "journalPage",
        csv: true,
        text: true,
        headers: ["Content-Disposition"],
        possibleHeaders: ["Link"],
      },
    },
  },
  getJournalSummary: {
    ...readsLedger,
    path: "/v1/journal-summary",
    rate: "walk",
    query: summaryQuery,
    answers: { 200: { json: "journalSummary", csv: true } },
  },
  getJournalEntry: {
    ...readsLedger,
    path: "/v1/journal-entries/{id}",
    pathParameters: z.object({ id: uuid }),
    answers: { 200: { json: "journalEntry" } },
    problems: ["not_found"],
  },
  listLoanJournalEntries: {
    ...readsLedger,
    path: "/v1/loans/{loan_id}/journal-entries",
    pathParameters: loanPath,
    query: journalQuery,
    answers: { 200: { json: "journalPage" } },
    problems: ["not_found"],
  },
  getLoanBalance: {
    ...readsBalances,
    path: "/v1/loans/{loan_id}/balance",
    pathParameters: loanPath,
    query: loanBalanceQuery,
    answers: { 200: { json: "loanBalance" } },
    problems: ["not_found"],
  },
  getAccountBalance: {
    ...readsBalances,
    path: "/v1/accounts/{account_code}/balance",
    pathParameters: accountPath,
    query: accountBalanceQuery,
    answers: { 200: { json: "accountBalance" } },
    problems: ["not_found"],
  },
  getLoanStatement: {
    ...readsLedger,
    path: "/v1/loans/{loan_id}/statement",
    pathParameters: loanPath,
    query: statementQuery,
    answers: { 200: { json: "statement", csv: true, headers: ["Link"] } },
    problems: ["not_found", "too_large"],
  },
  listAccounts: {
    ...readsBalances,
    path: "/v1/accounts",
    answers: { 200: { json: "chart" } },
    problems: ["invalid_query"],
  },
  nameAccount: {
    method: "PUT",
    path: "/v1/accounts/{account_code}",
    scope: "hpts:adjustments:write",
    keyed: true,
    pathParameters: accountPath,
    body: json(accountNamesBody),
    answers: {
      200: { json: "accountNamed", headers: ["x-d1-bookmark", "X-Log-Receipt", "Idempotent-Replayed"] },
    },
    problems: ["not_found"],
  },
  getTrialBalance: {
    ...readsBalances,
    path: "/v1/trial-balance",
    query: trialBalanceQuery,
    answers: { 200: { json: "trialBalance" } },
  },
  getReconciliationStatus: {
    method: "GET",
    path: "/v1/reconciliation/status",
    scope: "hpts:reconciliation:read",
    rate: "walk",
    bookmarked: true,
    query: reconciliationQuery,
    answers: { 200: { json: "reconciliation" } },
  },
  startIntegrityCheck: {
    method: "POST",
    path: "/v1/reconciliation/checks",
    scope: "hpts:reconciliation:write",
    bookmarked: true,
    answers: { 202: { json: "checkStarted" } },
    problems: ["invalid_query"],
  },
} as const satisfies RouteTable<keyof typeof answers | keyof typeof statements>;
