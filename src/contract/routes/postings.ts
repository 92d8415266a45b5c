import * as z from "zod";
import type { LedgerCommandType } from "../../domain/ledger/decide.ts";
import { ACCRUAL_BYTES_MAX } from "../ledger/accrual-bodies.ts";
import { BODIES } from "../ledger/bodies.ts";
import type { POSTING_ANSWERS } from "../ledger/posting-answers.ts";
import { SETTLEMENTS_BYTES_MAX } from "../ledger/settlement-bodies.ts";
import { bankAccountRef } from "../ledger/values.ts";
import { json, type RouteTable } from "./route.ts";

const replayed = <const T extends LedgerCommandType>(command: T) =>
  ({ json: command, headers: ["x-d1-bookmark", "X-Log-Receipt", "Idempotent-Replayed"] }) as const;

/** The answers of a command whose event may post nothing: only an entry has a `Location`. */
const perhapsWithoutEntry = <const T extends LedgerCommandType>(command: T) =>
  ({
    200: replayed(command),
    201: { json: command, headers: ["x-d1-bookmark", "X-Log-Receipt"], possibleHeaders: ["Location"] },
  }) as const;

/** What the route of a ledger command has by its command. */
const posting = <const T extends LedgerCommandType>(command: T) =>
  ({
    method: "POST",
    keyed: true,
    command,
    body: json(BODIES[command]),
    answers: {
      200: replayed(command),
      201: { json: command, headers: ["x-d1-bookmark", "X-Log-Receipt", "Location"] },
    },
  }) as const;

/** Every route that writes to the ledger (docs/api.md#ledger). */
export const POSTING_ROUTES = {
  postDisbursement: {
    ...posting("disbursement"),
    path: "/v1/disbursements",
    scope: "hpts:disbursements:write",
    problems: ["amount_overflow", "kept_by_records", "period_closed"],
  },
  postDisbursementSettlement: {
    ...posting("disbursement_settled"),
    path: "/v1/disbursement-settlements",
    scope: "hpts:disbursements:write",
    problems: [
      "not_found",
      "already_settled",
      "already_reversed",
      "not_settleable",
      "would_overdraw",
      "amount_overflow",
      "too_many_bank_accounts",
      "kept_by_records",
      "period_closed",
    ],
  },
  postDisbursementSettlements: {
    ...posting("disbursements_settled"),
    path: "/v1/disbursement-settlements/batch",
    scope: "hpts:disbursements:write",
    body: { ...json(BODIES.disbursements_settled), bytesMax: SETTLEMENTS_BYTES_MAX },
    answers: {
      200: replayed("disbursements_settled"),
      201: { json: "disbursements_settled", headers: ["x-d1-bookmark", "X-Log-Receipt"] },
    },
  },
  postPayment: {
    ...posting("payment_received"),
    path: "/v1/payments",
    scope: "hpts:payments:write",
    problems: [
      "amount_overflow",
      "would_overdraw",
      "too_many_bank_accounts",
      "kept_by_records",
      "period_closed",
    ],
  },
  postFee: {
    ...posting("fee_assessed"),
    path: "/v1/fees",
    scope: "hpts:fees:write",
    problems: ["amount_overflow", "kept_by_records", "period_closed"],
  },
  postSuspenseApplication: {
    ...posting("payment_allocated"),
    path: "/v1/suspense-applications",
    scope: "hpts:payments:write",
    problems: ["exceeds_balance", "amount_overflow", "would_overdraw", "kept_by_records", "period_closed"],
  },
  postFeeWaiver: {
    ...posting("fee_waived"),
    path: "/v1/fee-waivers",
    scope: "hpts:fees:write",
    problems: ["exceeds_balance", "amount_overflow", "would_overdraw", "kept_by_records", "period_closed"],
  },
  postInterestWaiver: {
    ...posting("interest_waived"),
    path: "/v1/interest-waivers",
    scope: "hpts:accruals:write",
    problems: ["exceeds_balance", "amount_overflow", "would_overdraw", "kept_by_records", "period_closed"],
  },
  postAccruals: {
    ...posting("accrual"),
    path: "/v1/accruals/batch",
    scope: "hpts:accruals:write",
    body: { ...json(BODIES.accrual), bytesMax: ACCRUAL_BYTES_MAX },
    answers: perhapsWithoutEntry("accrual"),
    problems: ["amount_overflow", "kept_by_records", "period_closed"],
  },
  postAccrualCorrection: {
    ...posting("accrual_corrected"),
    path: "/v1/accruals/corrections",
    scope: "hpts:accruals:write",
    answers: perhapsWithoutEntry("accrual_corrected"),
    problems: [
      "not_found",
      "not_reversible",
      "already_reversed",
      "exceeds_balance",
      "amount_overflow",
      "would_overdraw",
      "kept_by_records",
    ],
  },
  postChargeOff: {
    ...posting("chargeoff"),
    path: "/v1/charge-offs",
    scope: "hpts:adjustments:write",
    problems: ["exceeds_balance", "amount_overflow", "would_overdraw", "kept_by_records", "period_closed"],
  },
  postRecovery: {
    ...posting("recovery"),
    path: "/v1/recoveries",
    scope: "hpts:payments:write",
    problems: [
      "not_charged_off",
      "exceeds_balance",
      "amount_overflow",
      "would_overdraw",
      "too_many_bank_accounts",
      "kept_by_records",
      "period_closed",
    ],
  },
  postRefund: {
    ...posting("refund"),
    path: "/v1/refunds",
    scope: "hpts:payments:write",
    problems: [
      "exceeds_balance",
      "amount_overflow",
      "would_overdraw",
      "too_many_bank_accounts",
      "kept_by_records",
      "period_closed",
    ],
  },
  postFunding: {
    ...posting("manual_adjustment"),
    path: "/v1/funding",
    scope: "hpts:adjustments:write",
    problems: [
      "amount_overflow",
      "would_overdraw",
      "too_many_bank_accounts",
      "kept_by_records",
      "period_closed",
    ],
  },
  postReversal: {
    ...posting("reversal"),
    path: "/v1/reversals",
    scope: "hpts:reversals:write",
    answers: perhapsWithoutEntry("reversal"),
    problems: [
      "not_found",
      "already_reversed",
      "already_settled",
      "not_reversible",
      "would_overdraw",
      "amount_overflow",
      "kept_by_records",
      "period_closed",
    ],
  },
  putBankBalance: {
    ...posting("bank_balance"),
    method: "PUT",
    path: "/v1/bank-balances/{bank_account_ref}",
    scope: "hpts:reconciliation:write",
    pathParameters: z.object({ bank_account_ref: bankAccountRef }),
    answers: {
      200: { json: "bank_balance", headers: ["x-d1-bookmark", "X-Log-Receipt", "Idempotent-Replayed"] },
    },
    problems: ["too_many_bank_accounts"],
  },
} as const satisfies RouteTable<keyof typeof POSTING_ANSWERS>;
