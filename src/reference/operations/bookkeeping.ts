import { bookkeeping, exceptions, proof } from "../../contract/bookkeeping/answers.ts";
import { exceptionsQuery, proofQuery, switchBody } from "../../contract/bookkeeping/bodies.ts";
import { answer, json } from "../answers.ts";
import type { Operation } from "../operation.ts";

export const BOOKKEEPING_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/bookkeeping",
    id: "getBookkeeping",
    tag: "Bookkeeping",
    summary: "Read whether the books come from the records",
    description: "The mode, its first event, and how many of the earlier records are booked.",
    scope: "hpts:ledger:read",
    bookmarked: true,
    answers: { 200: answer("The state.", json(bookkeeping)) },
    problems: ["invalid_query"],
  },
  {
    method: "put",
    path: "/v1/bookkeeping",
    id: "putBookkeeping",
    tag: "Bookkeeping",
    summary: "Switch bookkeeping on or off",
    description:
      "With `records` each accepted event of a disbursement or payment posts its entries in the same commit, and earlier records are booked in the background. This is no event and takes no Idempotency-Key. The same request again changes nothing.",
    scope: "hpts:adjustments:write",
    body: {
      media: "application/json",
      schema: switchBody,
      examples: {
        off: { summary: "Off; posted entries stay", body: { mode: "off" }, answers: 200 },
      },
    },
    answers: {
      200: answer("The state; nothing is left to book.", json(bookkeeping)),
      202: answer("The state; records are being booked.", json(bookkeeping)),
    },
    problems: ["invalid_query", "validation_error", "too_many_bank_accounts", "unavailable"],
  },
  {
    method: "get",
    path: "/v1/bookkeeping/exceptions",
    id: "listBookkeepingExceptions",
    tag: "Bookkeeping",
    summary: "List the exceptions in the books",
    description:
      "The present state: loans in credit, receipts without a loan, loans that do not follow their records.",
    scope: "hpts:ledger:read",
    bookmarked: true,
    query: exceptionsQuery,
    answers: {
      200: answer("One page.", json(exceptions)),
    },
    problems: ["too_large"],
  },
  {
    method: "get",
    path: "/v1/bookkeeping/proof",
    id: "proveBookkeeping",
    tag: "Bookkeeping",
    summary: "Prove that records and books agree",
    description: "Computes both sides again, disbursement by disbursement, and lists the differences.",
    scope: "hpts:reconciliation:read",
    bookmarked: true,
    query: proofQuery,
    answers: {
      200: answer("One page.", json(proof)),
    },
    problems: ["too_large"],
  },
];
