import * as z from "zod";
import { QUALITY_CODES } from "../../domain/position/quality-rules.ts";
import { BUCKETS, STATES } from "../../domain/position/state.ts";
import type { ParsedOf } from "../answer-types.ts";
import { currency, dateOrTimestamp, day, exactDecimal, uuid } from "../answer-values.ts";
import { documented } from "../documented.ts";

const sequence = z.int().min(0);
export const parts = z.object({ total: exactDecimal, principal: exactDecimal, fee: exactDecimal });
export type PartsJson = ParsedOf<typeof parts>;

export const terms = z.object({
  amount: exactDecimal,
  margin: exactDecimal,
  maturity_date: dateOrTimestamp.nullable(),
});

export type TermsJson = ParsedOf<typeof terms>;

const line = {
  disbursement_id: z.string(),
  kind: z.enum(["loan", "purchase"]),
  client_id: z.string().nullable(),
  currency,
  as_of_date: day,
  state: z.enum(STATES),
  bucket: z.enum(BUCKETS).nullable(),
  days_past_due: z.int().min(0),
  terms: z.object({ first_agreed: terms, as_of: terms }),
  scheduled: parts,
  received: parts,
  refunded: exactDecimal,
  arrears: parts,
  outstanding_principal: exactDecimal,
  margin_due: exactDecimal,
  recovered: exactDecimal,
  overpaid: exactDecimal,
  next_due: z.object({ due_date: day, amount: exactDecimal }).nullable(),
  last_received: z.object({ payment_date: day, amount: exactDecimal }).nullable(),
  ledger_loan_id: uuid,
} as const;

const month = z.string();

/** What a list shows beside each position, where its query asks for it. */
export const besidePosition = z.object({
  from: z
    .object({
      state: z.enum(STATES),
      bucket: z.enum(BUCKETS).nullable(),
      days_past_due: z.int().min(0),
      outstanding_principal: exactDecimal,
    })
    .optional()
    .meta({ description: "What it was on `changed_since` or `from_date`." }),
  past: z
    .object({ month, to: day, due: parts, received: parts, covered_by_end: parts })
    .optional()
    .meta({ description: "Its part of `past_month` in the cash flows." }),
  future: z
    .object({ month, due: parts, unscheduled: exactDecimal })
    .optional()
    .meta({ description: "Its part of `future_month` in the cash flows." }),
});

export const positionLine = z.object({ ...line, ...besidePosition.shape }).meta({ id: "PositionLine" });

export type PositionLineJson = ParsedOf<typeof positionLine>;

export const installment = z.object({
  payment_id: z.string(),
  installment_number: z.int().nullable(),
  due_date: day.meta({ description: "After extensions." }),
  expected: parts.meta({ description: "As it was sent." }),
  reduced: parts.meta({ description: "What write-offs and rebates took of it." }),
  covered: exactDecimal,
  days_late: z.int().min(0),
  paid_on: day.nullable(),
  self_scheduled: z
    .boolean()
    .meta({ description: "True for a receipt that was never expected and counts as its own installment." }),
});

export type InstallmentJson = ParsedOf<typeof installment>;

/** The figures of a day, until the next one of the series. */
export const seriesDay = z.object({
  as_of_date: day,
  state: z.enum(STATES),
  scheduled: exactDecimal,
  received: exactDecimal,
  outstanding_principal: exactDecimal,
  changes_schedule: z
    .boolean()
    .meta({ description: "True on a day from which a change of a payment with a `change_date` applies." }),
});

const pagination = z.object({
  limit: z.int(),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
  listed_all: z
    .boolean()
    .meta({ description: "False when the list holds only the first 20,000 of its order." }),
  from_sequence: sequence,
  to_sequence: sequence,
});

/** `GET /api/positions` (docs/api.md#positions). */
export const positions = z.object({ data: z.array(positionLine), pagination });

export type PositionsJson = ParsedOf<typeof positions>;

/** `GET /api/positions/{disbursement_id}`. */
export const position = z.object({
  data: z
    .object({
      ...line,
      terms: line.terms.extend({
        changes: z.array(terms.extend({ sequence, change_date: dateOrTimestamp })),
      }),
      installments: z.array(installment),
      series: z.array(seriesDay).optional().meta({ description: "With `series=days`." }),
    })
    .meta({ id: "Position" }),
});

export type PositionJson = ParsedOf<typeof position>["data"];

const members = z
  .record(z.string(), z.unknown())
  .meta(documented({ type: "object", additionalProperties: true }));

/** `GET /api/positions/{disbursement_id}/payoff`. */
export const payoff = z.object({
  data: z
    .object({
      on: day,
      principal: exactDecimal,
      margin: exactDecimal,
      rebate: exactDecimal,
      upfront_fee: exactDecimal,
      total: exactDecimal,
      events: z
        .array(z.object({ category: z.enum(["disbursement", "payment"]), data: members }))
        .meta({ description: "Bodies of POST /ingest that leave nothing owed." }),
    })
    .meta({ id: "Payoff" }),
});

const share = exactDecimal.nullable();
export const bucket = z.object({
  bucket: z.enum(BUCKETS),
  number: z.int(),
  outstanding: exactDecimal,
  arrears: exactDecimal,
});

export type BucketJson = ParsedOf<typeof bucket>;

const value = z.string().nullable();
/** The group of a line; with two dimensions, both of its values. */
export const group = z
  .union([value, z.array(value)])
  .meta({ description: "Null: none. An array of two where `group_by` names two." });

export const portfolioLine = z
  .object({
    currency,
    group,
    number: z.int(),
    disbursed: exactDecimal,
    outstanding: exactDecimal,
    scheduled: exactDecimal,
    received: exactDecimal,
    arrears: exactDecimal,
    margin_due: exactDecimal,
    recovered: exactDecimal,
    buckets: z.array(bucket),
    par0: share,
    par30: share,
    par90: share,
    repaid: z.int(),
    written_off: exactDecimal,
    rebates: exactDecimal,
    overpaid: exactDecimal,
    average_remaining_days: share,
    average_original_days: share,
    average_margin_rate: share,
    largest_share: share.meta({
      description: "Of one client. Null also where there are too many clients to tell.",
    }),
  })
  .meta({ id: "PortfolioLine" });

export type PortfolioLineJson = ParsedOf<typeof portfolioLine>;

const moment = { as_of_date: day, from_sequence: sequence, to_sequence: sequence };

/** `GET /api/portfolio`. */
export const portfolio = z.object({
  ...moment,
  data: z.array(portfolioLine),
  series: z.array(z.object({ as_of_date: day, currencies: z.array(portfolioLine) })).optional(),
});

export type PortfolioJson = ParsedOf<typeof portfolio>;

/** The ids of the record that a finding is about. */
export const example = z.union([
  z.object({ disbursement_id: z.string(), payment_id: z.string().optional() }),
  z.object({ client_ids: z.array(z.string()) }),
]);

export const rule = z.object({
  code: z.enum(QUALITY_CODES),
  count: z.int().min(0),
  examples: z.array(example),
});

export type RuleJson = ParsedOf<typeof rule>;

/** `GET /api/quality`. */
export const quality = z.object({
  ...moment,
  rules: z.array(rule),
});

export type QualityJson = ParsedOf<typeof quality>;

/** `GET /api/quality/{rule}`. */
export const qualityRule = z.object({
  as_of_date: day,
  code: z.enum(QUALITY_CODES),
  data: z.array(example),
  pagination: pagination.omit({ listed_all: true }),
});

/** What a question about all disbursements answers until it is finished. */
export const unfinished = z
  .object({
    complete: z.literal(false),
    disbursements_done: z.int(),
    from_sequence: sequence,
    to_sequence: sequence,
    message: z.string(),
  })
  .meta({ id: "Unfinished" });
