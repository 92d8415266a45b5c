import { POSTING_ANSWERS } from "../../contract/ledger/posting-answers.ts";
import { POSTING_ROUTES } from "../../contract/routes/postings.ts";
import { operationsOf } from "../operation.ts";
import { POSTING_EXAMPLES } from "../posting-examples.ts";

const answers = { 200: "A replay: the first answer to this key.", 201: "Posted." } as const;

/** docs/api.md#ledger */
export const POSTING_OPERATIONS = operationsOf({
  tag: "Ledger",
  routes: POSTING_ROUTES,
  answersOf: () => POSTING_ANSWERS,
  words: {
    postDisbursement: {
      summary: "Post a disbursement",
      description:
        "Opens the loan: debits 1100 Principal Receivable and credits 2100 Disbursement Clearing. A loan keeps its borrower and its currency for life.",
      body: { id: "DisbursementPosting", examples: POSTING_EXAMPLES.disbursement },
      answers,
    },
    postDisbursementSettlement: {
      summary: "Settle a disbursement",
      description:
        "The money of a disbursement, or of a raise of a loan that follows its records, has left a bank account.",
      body: { id: "DisbursementSettledPosting", examples: POSTING_EXAMPLES.disbursement_settled },
      answers,
    },
    postDisbursementSettlements: {
      summary: "Settle many disbursements",
      description:
        "One event with an entry for each settlement, in order: all of them, or none; at most 500 and 512 KiB. Each names an entry, or a disbursement of the records for its origination.",
      body: { id: "DisbursementsSettledPosting", examples: POSTING_EXAMPLES.disbursements_settled },
      answers,
    },
    postPayment: {
      summary: "Post a payment",
      description:
        "Money from a borrower pays fees, then interest, then principal, then what was charged off (a recovery); the rest stays in suspense.",
      body: { id: "PaymentReceivedPosting", examples: POSTING_EXAMPLES.payment_received },
      answers,
    },
    postFee: {
      summary: "Assess a fee",
      description: "The borrower owes a fee.",
      body: { id: "FeeAssessedPosting", examples: POSTING_EXAMPLES.fee_assessed },
      answers,
    },
    postSuspenseApplication: {
      summary: "Apply money in suspense",
      description:
        "Applies money in suspense as a payment would be: as much as possible, or the given amount.",
      body: { id: "PaymentAllocatedPosting", examples: POSTING_EXAMPLES.payment_allocated },
      answers,
    },
    postFeeWaiver: {
      summary: "Waive a fee",
      description: "Lowers the fees that the borrower owes.",
      body: { id: "FeeWaivedPosting", examples: POSTING_EXAMPLES.fee_waived },
      answers,
    },
    postInterestWaiver: {
      summary: "Waive interest",
      description: "Lowers the interest that the borrower owes.",
      body: { id: "InterestWaivedPosting", examples: POSTING_EXAMPLES.interest_waived },
      answers,
    },
    postAccruals: {
      summary: "Post interest of many loans",
      description:
        "One entry for all loans of a program and a day; at most 2,000 loans and 512 KiB. With late it may be for a day of a closed period.",
      body: { id: "AccrualPosting", examples: POSTING_EXAMPLES.accrual },
      answers,
    },
    postAccrualCorrection: {
      summary: "Correct one loan's interest of an accrual",
      description:
        "Sets the interest of one loan in one accrual, and posts the difference; the last correction counts. Without a difference there is no entry.",
      body: { id: "AccrualCorrection", examples: POSTING_EXAMPLES.accrual_corrected },
      answers,
    },
    postChargeOff: {
      summary: "Charge a loan off",
      description: "Books all that the borrower owes as a loss.",
      body: { id: "ChargeoffPosting", examples: POSTING_EXAMPLES.chargeoff },
      answers,
    },
    postRecovery: {
      summary: "Post a recovery",
      description:
        "Money received on a loan that was charged off, at most what was charged off and is not recovered.",
      body: { id: "RecoveryPosting", examples: POSTING_EXAMPLES.recovery },
      answers,
    },
    postRefund: {
      summary: "Pay money back to a borrower",
      description: "Money in suspense goes back to the borrower, at most what the loan has there.",
      body: { id: "RefundPosting", examples: POSTING_EXAMPLES.refund },
      answers,
    },
    postFunding: {
      summary: "Post the lender's own funding",
      description: "The lender's own money enters or leaves a bank account.",
      body: { id: "ManualAdjustmentPosting", examples: POSTING_EXAMPLES.manual_adjustment },
      answers,
    },
    postReversal: {
      summary: "Reverse a journal entry",
      description:
        "Writes the mirror image of a whole entry; of an accrual that was corrected, what stands of it. An entry is reversed at most once, a reversal is not reversed, and neither is an entry while its settlement stands.",
      body: { id: "ReversalPosting", examples: POSTING_EXAMPLES.reversal },
      answers,
    },
    putBankBalance: {
      summary: "State a bank balance",
      description:
        "The bank's balance of an account at the end of a day; reconciliation compares it with the books.",
      body: { id: "BankBalance", examples: POSTING_EXAMPLES.bank_balance },
      answers: { 200: "Recorded." },
    },
  },
});
