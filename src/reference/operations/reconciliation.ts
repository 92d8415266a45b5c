import { checkStarted, reconciliation } from "../../contract/ledger/answers.ts";
import { reconciliationQuery } from "../../contract/ledger/queries.ts";
import { answer, json } from "../answers.ts";
import type { Operation } from "../operation.ts";

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
    answers: { 200: answer("The report.", json(reconciliation)) },
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
      202: answer("The check is started.", json(checkStarted)),
    },
    problems: ["invalid_query"],
  },
];
