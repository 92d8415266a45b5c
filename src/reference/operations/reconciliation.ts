import * as z from "zod";
import { reconciliationQuery } from "../../contract/ledger/queries.ts";
import { answer, currency, day, instant, json, sumMinor } from "../answers.ts";
import type { Operation } from "../operation.ts";

const checked = z.enum(["ok", "mismatch"]);

const report = z.object({
  as_of_date: day,
  ledger_integrity: z.object({
    status: checked,
    mismatched_account_count: z.int().min(0),
    checked_at: instant.nullable(),
    checked_upto_sequence: z.int().min(0),
  }),
  bank_reconciliation: z.array(
    z.object({
      bank_account_ref: z.string(),
      currency,
      status: z.enum(["reconciled", "unreconciled", "no_statement"]),
      difference_minor: sumMinor.optional(),
    }),
  ),
  portfolio_rollup: z.array(
    z.object({
      currency,
      status: checked,
      gl_principal_minor: sumMinor,
      sum_of_loan_balances_minor: sumMinor,
    }),
  ),
});

/** docs/ledger.md#reconciliation */
export const RECONCILIATION_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/reconciliation/status",
    id: "getReconciliationStatus",
    tag: "Ledger",
    summary: "Read the reconciliation report",
    description:
      "Compares the kept sums with the postings, the banks' statements with the cash, and the loans with the general ledger.",
    scope: "hpts:reconciliation:read",
    bookmarked: true,
    query: reconciliationQuery,
    answers: { 200: answer("The report.", json(report)) },
  },
  {
    method: "post",
    path: "/v1/reconciliation/checks",
    id: "startIntegrityCheck",
    tag: "Ledger",
    summary: "Start a whole integrity check",
    description:
      "The following scheduled runs add every posting up anew and compare all accounts and loans. The check is complete when checked_at of the report is later than requested_at.",
    scope: "hpts:reconciliation:write",
    bookmarked: true,
    answers: {
      202: answer(
        "The check is started.",
        json(z.object({ status: z.literal("started"), requested_at: instant })),
      ),
    },
    problems: ["invalid_query"],
  },
];
