import * as z from "zod";
import type { LedgerCommandType } from "../../domain/ledger/decide.ts";
import { currency, day, instant, sumMinor, uuid } from "../answer-values.ts";

const posted = { journal_entry_id: uuid, posted_at: instant };
const allocation = z
  .object({
    fees_minor: sumMinor,
    interest_minor: sumMinor,
    principal_minor: sumMinor,
    recovery_minor: sumMinor,
    suspense_minor: sumMinor,
  })
  .meta({ id: "Allocation" });

const waiver = z.object({ waiver_event_id: uuid, ...posted });

/** The answer to each posting (docs/api.md#ledger). */
export const POSTING_ANSWERS = {
  disbursement: z.object({ disbursement_event_id: uuid, ...posted }),
  disbursement_settled: z.object({ settlement_event_id: uuid, ...posted }),
  disbursements_settled: z.object({
    settlement_event_id: uuid,
    settlements: z.array(z.object({ disbursement_entry_id: uuid, journal_entry_id: uuid })),
    posted_at: instant,
  }),
  payment_received: z.object({ payment_event_id: uuid, allocation, ...posted }),
  fee_assessed: z.object({ fee_event_id: uuid, ...posted }),
  payment_allocated: z.object({ allocation_event_id: uuid, allocation, ...posted }),
  fee_waived: waiver,
  interest_waived: waiver,
  accrual: z.object({
    accrual_event_id: uuid,
    journal_entry_id: uuid.optional(),
    loan_count: z.int().min(0),
    total_accrued_minor: sumMinor,
    posted_at: instant,
  }),
  accrual_corrected: z.object({
    correction_event_id: uuid,
    journal_entry_id: uuid.optional(),
    difference_minor: sumMinor,
    posted_at: instant,
  }),
  chargeoff: z.object({
    chargeoff_event_id: uuid,
    charged_off: z.object({ principal_minor: sumMinor, interest_minor: sumMinor, fees_minor: sumMinor }),
    ...posted,
  }),
  recovery: z.object({ recovery_event_id: uuid, ...posted }),
  refund: z.object({ refund_event_id: uuid, ...posted }),
  manual_adjustment: z.object({ funding_event_id: uuid, ...posted }),
  reversal: z.object({
    ...posted,
    journal_entry_id: uuid.optional(),
    reverses_entry_id: uuid,
    correlation_id: z.string(),
  }),
  bank_balance: z.object({
    bank_balance_event_id: uuid,
    bank_account_ref: z.string(),
    currency,
    as_of_date: day,
    closing_balance_minor: sumMinor,
    recorded_at: instant,
  }),
} as const satisfies Readonly<Record<LedgerCommandType, z.ZodObject>>;
