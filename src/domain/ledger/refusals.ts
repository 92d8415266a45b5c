import { INT64_MAX } from "../core/money.ts";
import type { FieldError, Problem } from "../core/problem.ts";
import { invalid } from "../core/problem.ts";
import { ACCOUNTS } from "./accounts.ts";
import { LOAN_PARTS, type LoanPart } from "./loan-book.ts";

/*
 * The words of every refusal of the ledger: problems by their code, then field errors. When each applies is in
 * `decide.ts` and in the posting types.
 */

/** The most bank accounts that one tenant may have (docs/api.md#ledger). */
export const BANK_ACCOUNTS_MAX = 200;

const partName = (part: LoanPart): string =>
  part === "loss" ? "The loss" : `Account ${LOAN_PARTS[part]} ${ACCOUNTS[LOAN_PARTS[part]].name}`;

export const unknownEntry = (id: string): Problem => ({
  code: "not_found",
  detail: `The journal entry ${id} does not exist.`,
});

export const notBooked = (disbursement_id: string): Problem => ({
  code: "not_found",
  detail: `The books have no origination of the disbursement ${disbursement_id}.`,
});

export const followsItsRecords = (loan_id: string): Problem => ({
  code: "kept_by_records",
  detail: `The entries of the loan ${loan_id} follow its records. Send an event to POST /ingest instead.`,
});

export const periodClosed = (day: string, firstOpenDay: string): Problem => ({
  code: "period_closed",
  detail: `${day} is in a closed period. The first open day is ${firstOpenDay}.`,
});

export const alreadyReversed = (id: string): Problem => ({
  code: "already_reversed",
  detail: `The journal entry ${id} is already reversed.`,
});

export const isReversal = (): Problem => ({
  code: "not_reversible",
  detail: "The entry is itself a reversal. Post the original transaction again.",
});

export const isCorrection = (): Problem => ({
  code: "not_reversible",
  detail: "The entry corrects an accrual. Correct the accrual again, or reverse it as a whole.",
});

export const noAccrual = (id: string): Problem => ({
  code: "not_reversible",
  detail: `The journal entry ${id} is no accrual.`,
});

export const hasRecoveries = (): Problem => ({
  code: "not_reversible",
  detail: "The charge-off has recoveries. Reverse them first.",
});

export const isSettled = (settlement: string): Problem => ({
  code: "not_reversible",
  detail: `The entry is settled by the journal entry ${settlement}. Reverse the settlement first.`,
});

export const notSettleable = (id: string): Problem => ({
  code: "not_settleable",
  detail: `The journal entry ${id} promises no money: it is no disbursement or raise of one loan.`,
});

export const alreadySettled = (id: string): Problem => ({
  code: "already_settled",
  detail: `The journal entry ${id} is already settled.`,
});

export const wouldOverdraw = (loan_id: string, part: LoanPart, day: string): Problem => ({
  code: "would_overdraw",
  detail: `${partName(part)} of loan ${loan_id} would be less than 0 on ${day}.`,
});

export const wouldOverflow = (loan_id: string, part: LoanPart): Problem => ({
  code: "amount_overflow",
  detail: `${partName(part)} of loan ${loan_id} would exceed ${INT64_MAX} minor units.`,
});

export const nothingOwed = (from: string): Problem => ({
  code: "exceeds_balance",
  detail: `The loan owes nothing that can be charged off from ${from} on.`,
});

export const exceedsOwed = (owed: bigint, part: "fees" | "interest", from: string): Problem => ({
  code: "exceeds_balance",
  detail: `At most ${owed} minor units of ${part} can be waived from ${from} on.`,
});

export const exceedsUnpaid = (unpaid: bigint, from: string): Problem => ({
  code: "exceeds_balance",
  detail: `At most ${unpaid} minor units of the loan's interest are unpaid from ${from} on, and can be taken back.`,
});

export const exceedsSuspense = (most: bigint, from: string): Problem => ({
  code: "exceeds_balance",
  detail: `At most ${most} minor units of suspense can be applied from ${from} on.`,
});

export const exceedsRefundable = (most: bigint, from: string): Problem => ({
  code: "exceeds_balance",
  detail: `At most ${most} minor units of suspense can be paid back from ${from} on.`,
});

export const notChargedOff = (day: string): Problem => ({
  code: "not_charged_off",
  detail: `The loan has no charge-off on or before ${day} that is not reversed.`,
});

export const exceedsLoss = (most: bigint, from: string): Problem => ({
  code: "exceeds_balance",
  detail: `At most ${most} minor units of the loan's loss can be recovered from ${from} on.`,
});

export const tooManyBankAccounts = (): Problem => ({
  code: "too_many_bank_accounts",
  detail: `The tenant has ${BANK_ACCOUNTS_MAX} bank accounts, and no more are possible. Use one of them.`,
});

export const unknownLoan = (field: string): FieldError => ({
  field,
  code: "unknown_reference",
  message: "must be a loan of the ledger; a disbursement opens one",
});

export const notInAccrual = (): FieldError => ({
  field: "loan_id",
  code: "unknown_reference",
  message: "must be a loan of the accrual",
});

export const borrowerMismatch = (): FieldError => ({
  field: "borrower_id",
  code: "borrower_mismatch",
  message: "must be the borrower of the loan's earlier postings",
});

export const currencyMismatch = (field: string, currency: string): FieldError => ({
  field,
  code: "currency_mismatch",
  message: `must be ${currency}, as in the loan's earlier postings`,
});

export const alreadyAccrued = (field: string, day: string): FieldError => ({
  field,
  code: "already_accrued",
  message: `already has interest for ${day}`,
});

export const principalMismatch = (field: string, principal: bigint, day: string): FieldError => ({
  field,
  code: "principal_mismatch",
  message: `must be ${principal}, the principal in the ledger at the end of ${day}`,
});

/** An entry that takes effect before the one that it refers to. */
export const tooEarly = (earliest: string): Problem => {
  const message = `must not be before ${earliest}, the effective_at of the entry`;
  return invalid([{ field: "effective_at", code: "inconsistent_dates", message }]);
};
