import type { Problem } from "../core/problem.ts";
import { notFound } from "../tape/refusals.ts";

/** The words of every refusal of an erasure (docs/privacy.md). */
export const unknownClient = (id: string): Problem => notFound("client", id);

export const unknownBorrower = (id: string): Problem => ({
  code: "not_found",
  detail: `The borrower ${id} has no loan of its own in the ledger.`,
});

export const neverErased = (kind: string, id: string): Problem => ({
  code: "not_found",
  detail: `The ${kind} ${JSON.stringify(id)} was not erased.`,
});

export const alreadyErased = (kind: string, id: string): Problem => ({
  code: "already_erased",
  detail: `The ${kind} ${JSON.stringify(id)} is erased, and no later event says anything about it.`,
});

export const hasOpenLoans = (id: string): Problem => ({
  code: "has_open_loans",
  detail: `A disbursement of the client ${JSON.stringify(id)} still owes more than is tolerated.`,
});
