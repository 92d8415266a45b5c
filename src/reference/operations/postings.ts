import * as z from "zod";
import { previewSchema } from "../../contract/ledger/accruals.ts";
import { BODIES, bankBalanceBody } from "../../contract/ledger/bodies.ts";
import { bankAccountRef } from "../../contract/ledger/values.ts";
import { DAY_COUNT_CONVENTIONS } from "../../domain/ledger/day-count.ts";
import type { LedgerCommandType } from "../../domain/ledger/decide.ts";
import { answer, currency, day, instant, json, sumMinor, uuid } from "../answers.ts";
import type { Operation } from "../operation.ts";
import { POSTING_EXAMPLES } from "../posting-examples.ts";

const posted = { journal_entry_id: uuid, posted_at: instant };
const allocation = z
  .object({
    fees_minor: sumMinor,
    interest_minor: sumMinor,
    principal_minor: sumMinor,
    suspense_minor: sumMinor,
  })
  .meta({ id: "Allocation" });

/** The texts of a posting route; its body is the schema that validates. */
type Posting = Pick<Operation, "path" | "id" | "summary" | "description"> & {
  readonly scope: NonNullable<Operation["scope"]>;
  readonly answer: z.ZodObject;
  readonly problems: NonNullable<Operation["problems"]>;
};

/** Exhaustive: a new posting type must be described here. The examples depend on this order. */
const POSTINGS: Readonly<Record<Exclude<LedgerCommandType, "bank_balance">, Posting>> = {
  disbursement: {
    path: "/v1/disbursements",
    scope: "hpts:disbursements:write",
    id: "postDisbursement",
    summary: "Post a disbursement",
    description:
      "Opens the loan: debits 1100 Principal Receivable and credits 2100 Disbursement Clearing. A loan keeps its borrower and its currency for life.",
    answer: z.object({ disbursement_event_id: uuid, ...posted }),
    problems: ["amount_overflow"],
  },
  disbursement_settled: {
    path: "/v1/disbursement-settlements",
    scope: "hpts:disbursements:write",
    id: "postDisbursementSettlement",
    summary: "Settle a disbursement",
    description: "The money of a disbursement has left a bank account.",
    answer: z.object({ settlement_event_id: uuid, ...posted }),
    problems: [
      "not_found",
      "already_settled",
      "already_reversed",
      "not_settleable",
      "would_overdraw",
      "amount_overflow",
      "too_many_bank_accounts",
    ],
  },
  payment_received: {
    path: "/v1/payments",
    scope: "hpts:payments:write",
    id: "postPayment",
    summary: "Post a payment",
    description:
      "Money from a borrower pays fees, then interest, then principal; the rest stays in suspense.",
    answer: z.object({ payment_event_id: uuid, allocation, ...posted }),
    problems: ["amount_overflow", "would_overdraw", "too_many_bank_accounts"],
  },
  fee_assessed: {
    path: "/v1/fees",
    scope: "hpts:fees:write",
    id: "postFee",
    summary: "Assess a fee",
    description: "The borrower owes a fee.",
    answer: z.object({ fee_event_id: uuid, ...posted }),
    problems: ["amount_overflow"],
  },
  payment_allocated: {
    path: "/v1/suspense-applications",
    scope: "hpts:payments:write",
    id: "postSuspenseApplication",
    summary: "Apply money in suspense",
    description: "Applies money in suspense to what is due: as much as possible, or the given amount.",
    answer: z.object({ allocation_event_id: uuid, allocation, ...posted }),
    problems: ["exceeds_balance", "amount_overflow", "would_overdraw"],
  },
  fee_waived: {
    path: "/v1/fee-waivers",
    scope: "hpts:fees:write",
    id: "postFeeWaiver",
    summary: "Waive a fee",
    description: "Lowers the fees that the borrower owes.",
    answer: z.object({ waiver_event_id: uuid, ...posted }),
    problems: ["exceeds_balance", "amount_overflow", "would_overdraw"],
  },
  accrual: {
    path: "/v1/accruals/batch",
    scope: "hpts:accruals:write",
    id: "postAccruals",
    summary: "Post interest of many loans",
    description: "One entry for all loans of a program and a day; at most 2,000 loans and 512 KiB.",
    answer: z.object({
      accrual_event_id: uuid,
      loan_count: z.int().min(1),
      total_accrued_minor: sumMinor,
      ...posted,
    }),
    problems: ["amount_overflow"],
  },
  chargeoff: {
    path: "/v1/charge-offs",
    scope: "hpts:adjustments:write",
    id: "postChargeOff",
    summary: "Charge a loan off",
    description: "Books all that the borrower owes as a loss.",
    answer: z.object({
      chargeoff_event_id: uuid,
      charged_off: z.object({ principal_minor: sumMinor, interest_minor: sumMinor, fees_minor: sumMinor }),
      ...posted,
    }),
    problems: ["exceeds_balance", "amount_overflow", "would_overdraw"],
  },
  recovery: {
    path: "/v1/recoveries",
    scope: "hpts:payments:write",
    id: "postRecovery",
    summary: "Post a recovery",
    description: "Money received on a loan that was charged off.",
    answer: z.object({ recovery_event_id: uuid, ...posted }),
    problems: ["not_charged_off", "amount_overflow", "would_overdraw", "too_many_bank_accounts"],
  },
  manual_adjustment: {
    path: "/v1/funding",
    scope: "hpts:adjustments:write",
    id: "postFunding",
    summary: "Post the lender's own funding",
    description: "The lender's own money enters or leaves a bank account.",
    answer: z.object({ funding_event_id: uuid, ...posted }),
    problems: ["amount_overflow", "would_overdraw", "too_many_bank_accounts"],
  },
  reversal: {
    path: "/v1/reversals",
    scope: "hpts:reversals:write",
    id: "postReversal",
    summary: "Reverse a journal entry",
    description:
      "Writes the mirror image of a whole entry. An entry is reversed at most once, and a reversal is not reversed.",
    answer: z.object({ ...posted, reverses_entry_id: uuid, correlation_id: z.string() }),
    problems: [
      "not_found",
      "already_reversed",
      "already_settled",
      "not_reversible",
      "would_overdraw",
      "amount_overflow",
    ],
  },
};

const nameOf = (type: string) =>
  `${type.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Posting`;

const BANK_BALANCE: Operation = {
  method: "put",
  path: "/v1/bank-balances/{bank_account_ref}",
  id: "putBankBalance",
  tag: "Ledger",
  summary: "State a bank balance",
  description:
    "The bank's balance of an account at the end of a day; reconciliation compares it with the books.",
  scope: "hpts:reconciliation:write",
  keyed: true,
  pathParameters: z.object({ bank_account_ref: bankAccountRef }),
  body: { ...json(bankBalanceBody.meta({ id: "BankBalance" })), examples: POSTING_EXAMPLES.bank_balance },
  answers: {
    200: answer(
      "Recorded.",
      json(
        z.object({
          bank_balance_event_id: uuid,
          bank_account_ref: z.string(),
          currency,
          as_of_date: day,
          closing_balance_minor: sumMinor,
          recorded_at: instant,
        }),
      ),
      ["x-d1-bookmark", "Idempotent-Replayed"],
    ),
  },
  problems: ["too_many_bank_accounts"],
};

const PREVIEW: Operation = {
  method: "post",
  path: "/v1/accruals/preview",
  id: "previewAccruals",
  tag: "Ledger",
  summary: "Preview a day's interest",
  description:
    "Computes the interest of one day for the named loans, or page by page for all loans of a currency. The answer is a body for `POST /v1/accruals/batch`. Writes nothing and needs no Idempotency-Key.",
  scope: "hpts:accruals:write",
  bookmarked: true,
  body: { ...json(previewSchema.meta({ id: "AccrualPreviewRequest" })), examples: POSTING_EXAMPLES.preview },
  answers: {
    200: answer(
      "The interest.",
      json(
        z.object({
          program_id: uuid,
          accrual_date: day,
          day_count_convention: z.enum(DAY_COUNT_CONVENTIONS),
          currency,
          loans: z.array(
            z.object({ loan_id: uuid, outstanding_principal_minor: sumMinor, interest_minor: sumMinor }),
          ),
          next_page_token: z.string().optional(),
        }),
      ),
    ),
  },
};

/** Every route that writes to the ledger. */
export function writeOperations(): readonly Operation[] {
  const postings = Object.entries(POSTINGS).map(([name, { answer: schema, ...posting }]): Operation => {
    const type = name as keyof typeof POSTINGS;
    const body = json(BODIES[type].meta({ id: nameOf(type) }));
    return {
      ...posting,
      problems: [...posting.problems, "kept_by_records"],
      method: "post",
      tag: "Ledger",
      keyed: true,
      body: { ...body, examples: POSTING_EXAMPLES[type] },
      answers: {
        200: answer("A replay: the first answer to this key.", json(schema), [
          "x-d1-bookmark",
          "Idempotent-Replayed",
        ]),
        201: answer("Posted.", json(schema), ["x-d1-bookmark", "Location"]),
      },
    };
  });
  return [...postings, BANK_BALANCE, PREVIEW];
}
