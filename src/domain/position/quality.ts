import { type PaymentFinding, paymentFindings } from "../tape/warnings.ts";
import type { Day } from "./days.ts";
import type { Loan } from "./facts.ts";
import { type Position, positionAt, type Ready, ready } from "./position.ts";
import { isCounted, type Schedule } from "./schedule.ts";

/** Every quality rule, in the order of the answer (docs/portfolio.md#quality). */
export const QUALITY_CODES = [
  "paid_more_than_expected",
  "paid_more_than_loan",
  "received_before_disbursement",
  "received_in_future",
  "schedule_differs_from_terms",
  "installment_gap",
  "paid_without_date",
  "matured_open",
  "shared_registration_number",
  "currency_differs",
] as const;
export type QualityCode = (typeof QUALITY_CODES)[number];

/** The ids of the record that a finding is about; no other data. */
export type Example =
  | { readonly disbursement_id: string; readonly payment_id?: string }
  | { readonly client_ids: readonly string[] };

export interface Finding {
  readonly code: QualityCode;
  readonly example: Example;
}

interface DisbursementRule {
  readonly code: Exclude<QualityCode, PaymentFinding>;
  readonly applies: (schedule: Schedule, position: Position, day: Day) => boolean;
}

const DISBURSEMENT_RULES: readonly DisbursementRule[] = [
  {
    // Receipts without the upfront fee exceed the amount plus the margin as of the day.
    code: "paid_more_than_loan",
    applies: ({ receipts }, { terms, received }, day) => {
      const sofar = receipts.filter((receipt) => receipt.day <= day);
      const upfront = sofar.reduce((sum, { fee, earned }) => sum + fee - earned, 0n);
      return received.total - upfront > terms.amount + terms.margin;
    },
  },
  {
    // The whole schedule without the upfront fee differs from the amount plus the margin as of the day.
    code: "schedule_differs_from_terms",
    applies: ({ installments }, { terms }) => {
      const counted = installments.filter(({ installment_number }) => installment_number !== 0);
      return counted.reduce((sum, { total }) => sum + total, 0n) !== terms.amount + terms.margin;
    },
  },
  {
    // The numbers of the schedule, from 1, are not consecutive.
    code: "installment_gap",
    applies: ({ installments }) => {
      const numbers = new Set(
        installments.flatMap(({ installment_number: number }) => (number ? [number] : [])),
      );
      return [...numbers].some((number) => number > numbers.size);
    },
  },
  {
    // Past maturity with something still owed.
    code: "matured_open",
    applies: (_, { state }) => state === "matured_unpaid",
  },
];

/** The findings of a disbursement and its payments as of a day. Each rule counts a payment or disbursement once. */
export function findingsOf(one: Ready, day: Day): Finding[] {
  const { loan, schedule } = one;
  const { disbursement_id } = loan.disbursement;
  const position = positionAt(one, day);
  const ofDisbursement = DISBURSEMENT_RULES.filter(({ applies }) => applies(schedule, position, day));
  const ofPayments = loan.payments.flatMap((payment) => {
    const codes: QualityCode[] = paymentFindings(payment, loan.disbursement, day).map(({ code }) => code);
    // A disbursement created anew in another currency still has the payments of its earlier life.
    if (!isCounted(loan, payment)) codes.push("currency_differs");
    return codes.map((code) => ({ code, example: { disbursement_id, payment_id: payment.payment_id } }));
  });
  return [...ofDisbursement.map(({ code }) => ({ code, example: { disbursement_id } })), ...ofPayments];
}

/** Examples of a rule in the answer about all rules. */
export const EXAMPLES_MAX = 20;

/** How often a rule applies, and the first examples. */
export interface QualityCount {
  readonly code: QualityCode;
  readonly count: number;
  readonly examples: readonly Example[];
}

/** Collects the findings of a tenant's loans, one after another. */
export class Quality {
  readonly #day: Day;
  readonly #counts: Map<QualityCode, { count: number; examples: Example[] }>;

  constructor(day: Day, saved: readonly QualityCount[] = []) {
    this.#day = day;
    this.#counts = new Map(
      saved.map(({ code, count, examples }) => [code, { count, examples: [...examples] }]),
    );
  }

  add(loan: Loan): void {
    for (const finding of findingsOf(ready(loan), this.#day)) this.count(finding);
  }

  count({ code, example }: Finding): void {
    const counted = this.#counts.get(code) ?? { count: 0, examples: [] };
    this.#counts.set(code, counted);
    counted.count += 1;
    if (counted.examples.length < EXAMPLES_MAX) counted.examples.push(example);
  }

  /** Sets the count of a rule over other records. */
  set({ code, count, examples }: QualityCount): void {
    this.#counts.set(code, { count, examples: [...examples] });
  }

  /** Every rule in its order, including those without findings. */
  counts(): readonly QualityCount[] {
    return QUALITY_CODES.map((code) => ({ code, count: 0, examples: [], ...this.#counts.get(code) }));
  }
}
