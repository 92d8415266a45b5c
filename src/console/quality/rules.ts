import type { QualityCode } from "../../domain/position/quality-rules.ts";

/** What a rule of quality looks for, as a title and a sentence (docs/portfolio.md#quality). */
export const RULES: Readonly<Record<QualityCode, readonly [title: string, meaning: string]>> = {
  paid_more_than_expected: [
    "Paid more than expected",
    "A payment was paid with more than was expected of it.",
  ],
  paid_more_than_loan: [
    "Paid more than the loan",
    "More was received than amount plus margin. The upfront fee and what repaid a write-off are left out.",
  ],
  received_before_disbursement: [
    "Received before the disbursement",
    "Money is dated before the disbursement starts.",
  ],
  received_in_future: ["Received in the future", "Money is dated after today."],
  schedule_differs_from_terms: [
    "Schedule differs from the terms",
    "All that is scheduled, without the upfront fee, is not amount plus margin as of the day.",
  ],
  schedule_parts_differ_from_terms: [
    "Parts of the schedule differ from the terms",
    "The schedule makes up amount plus margin, but its principal is not the amount and its fees are not the margin.",
  ],
  installment_gap: [
    "Gap between installments",
    "The installment numbers of the schedule, from 1, are not consecutive.",
  ],
  paid_without_date: [
    "Paid without a date",
    "A payment is paid and has no payment date. Its due date stands in.",
  ],
  own_row_unpaid: [
    "Covered by other money",
    "Money that was not recorded on a due installment covers it, and its own does not.",
  ],
  same_bank_ref: [
    "Same bank reference twice",
    "Two paid payments have one bank reference, day and amount. Each beyond the first is listed.",
  ],
  change_out_of_order: [
    "Change out of order",
    "A change is dated before the start, or before an earlier event's change of the same term.",
  ],
  extension_without_schedule: [
    "Extension without a schedule",
    "A maturity was moved later, and nothing falls due after the old one.",
  ],
  matured_open: ["Matured and still open", "The disbursement is past its maturity and something is owed."],
  shared_registration_number: [
    "Shared registration number",
    "Clients have the same registration number. Each line names clients that share one.",
  ],
  currency_differs: [
    "Another currency than the disbursement",
    "A payment is in another currency than its disbursement, so the position leaves it out.",
  ],
};
