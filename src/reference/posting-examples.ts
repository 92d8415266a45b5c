import type { LedgerCommandType } from "../domain/ledger/decide.ts";
import type { RequestExample } from "./operation.ts";

const LOAN = "3c90c3cc-0d44-4b50-8888-8dd25736052a";
const SMALL_LOAN = "5d21d4dd-1e55-4c61-9999-9ee36847163b";
export const BORROWER = "7b1f8a6e-51c0-4c55-9f0a-2f6d3b8c9e11";
const UNKNOWN_ENTRY = "019a0000-0000-7000-8000-000000000000";
const loan = { loan_id: LOAN, borrower_id: BORROWER, currency: "USD" };
const smallLoan = { ...loan, loan_id: SMALL_LOAN };

const posting = (summary: string, body: object, answers = 201): RequestExample => ({
  summary,
  body,
  answers,
});

/** In the order of the reference each example finds the balances that it needs. Entry ids are placeholders. */
export const POSTING_EXAMPLES = {
  disbursement: {
    ach: posting("A disbursement by ACH", {
      ...loan,
      amount_minor: "10000000",
      effective_at: "2023-12-25",
      method: "ach",
      destination_ref: "acct_1032",
      metadata: { channel: "branch" },
    }),
    small: posting("A small disbursement", {
      ...smallLoan,
      amount_minor: "1000",
      effective_at: "2023-12-25",
      method: "internal_transfer",
    }),
  },
  disbursement_settled: {
    unknown_entry: posting(
      "A settlement; replace the id with that of your disbursement's entry",
      { disbursement_entry_id: UNKNOWN_ENTRY, effective_at: "2023-12-27", bank_account_ref: "main" },
      404,
    ),
  },
  disbursements_settled: {
    unknown_entries: posting(
      "Two settlements; replace the ids with those of your entries",
      {
        settlements: [
          { disbursement_entry_id: UNKNOWN_ENTRY, effective_at: "2023-12-27", bank_account_ref: "main" },
          { disbursement_id: "D-1032", effective_at: "2023-12-27", external_ref: "payout-17" },
        ],
      },
      400,
    ),
  },
  payment_received: {
    installment: posting("A payment", {
      ...loan,
      amount_minor: "2500000",
      effective_at: "2024-01-25",
      source_method: "ach",
      external_ref: "txn_abc123",
    }),
    overpaid: posting("More than is owed: the rest stays in suspense", {
      ...smallLoan,
      amount_minor: "1500",
      effective_at: "2024-01-25",
      source_method: "card",
    }),
  },
  fee_assessed: {
    late_fee: posting("A late fee", {
      ...loan,
      amount_minor: "2500",
      effective_at: "2024-02-01",
      fee_type: "late_fee",
    }),
    service_fee: posting("A service fee", {
      ...smallLoan,
      amount_minor: "300",
      effective_at: "2024-02-01",
      fee_type: "service_fee",
    }),
  },
  payment_allocated: {
    all: posting("Pay what is due from suspense", { ...smallLoan, effective_at: "2024-02-02" }),
  },
  fee_waived: {
    late_fee: posting("Waive a late fee", {
      ...loan,
      amount_minor: "2500",
      effective_at: "2024-02-05",
      reason: "First late payment",
    }),
  },
  interest_waived: {
    unowed: posting(
      "Waive interest; refused here, because none is owed yet",
      { ...smallLoan, amount_minor: "100", effective_at: "2024-02-05", reason: "Goodwill" },
      422,
    ),
  },
  accrual: {
    one_loan: posting("Interest of one loan", {
      program_id: "1f0e7a52-3b1c-4e0d-8a4e-0c6b5d9a7f21",
      accrual_date: "2023-12-31",
      day_count_convention: "ACT_365",
      currency: "USD",
      loans: [{ loan_id: LOAN, outstanding_principal_minor: "10000000", interest_minor: "2740" }],
    }),
  },
  accrual_corrected: {
    unknown_entry: posting(
      "A correction; replace the id with that of your accrual's entry",
      {
        accrual_entry_id: UNKNOWN_ENTRY,
        loan_id: LOAN,
        interest_minor: "2700",
        reason: "The rate fell on 31 December",
      },
      404,
    ),
  },
  chargeoff: {
    loss: posting("Charge a loan off", { ...loan, effective_at: "2024-06-30", reason: "180 days past due" }),
  },
  recovery: {
    late_money: posting("Money after the charge-off", {
      ...loan,
      amount_minor: "50000",
      effective_at: "2024-08-01",
      source_method: "check",
    }),
  },
  refund: {
    overpaid: posting("Pay back what was paid too much", {
      ...smallLoan,
      amount_minor: "200",
      effective_at: "2024-02-03",
      method: "ach",
    }),
  },
  manual_adjustment: {
    in: posting("The lender puts money in", {
      bank_account_ref: "main",
      currency: "USD",
      amount_minor: "50000000",
      direction: "in",
      effective_at: "2023-12-01",
    }),
  },
  reversal: {
    unknown_entry: posting(
      "A reversal; replace the id with that of your entry",
      {
        reverses_entry_id: UNKNOWN_ENTRY,
        reason_code: "error_correction",
        reason_description: "Wrong amount",
      },
      404,
    ),
  },
  bank_balance: {
    closing: {
      summary: "The balance at the end of a day",
      path: { bank_account_ref: "main" },
      body: { as_of_date: "2024-01-31", currency: "USD", closing_balance_minor: "52500000" },
      answers: 200,
    },
  },
  preview: {
    one_loan: posting(
      "Interest of one loan for one day",
      {
        program_id: "1f0e7a52-3b1c-4e0d-8a4e-0c6b5d9a7f21",
        accrual_date: "2023-12-31",
        day_count_convention: "ACT_365",
        currency: "USD",
        annual_rate: "0.1",
        loans: [LOAN],
      },
      200,
    ),
  },
} as const satisfies Readonly<
  Record<LedgerCommandType | "preview", Readonly<Record<string, RequestExample>>>
>;
