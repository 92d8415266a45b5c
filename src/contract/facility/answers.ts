import * as z from "zod";
import {
  AMOUNT_RULES,
  COUNT_RULES,
  FACT_RULES,
  LIST_RULES,
  MAX_COVENANTS,
} from "../../domain/facility/terms.ts";
import { currency, day, exactDecimal, uuid } from "../answer-values.ts";

export { unfinished } from "../position/answers.ts";

const sequence = z.int().min(1);
const sequenceOrNone = z.int().min(0);

const RULE_NAMES = [...COUNT_RULES, ...AMOUNT_RULES, ...FACT_RULES, ...LIST_RULES, "info_in"] as const;

const values = z.array(z.string());

/** A rule has one of these members: its name. */
const rule = z.object({
  max_days_past_due: z.int().optional(),
  min_outstanding: exactDecimal.optional(),
  max_outstanding: exactDecimal.optional(),
  max_remaining_days: z.int().optional(),
  max_original_days: z.int().optional(),
  min_seasoning_days: z.int().optional(),
  max_extensions: z.int().optional(),
  no_write_off: z.literal(true).optional(),
  insured: z.literal(true).optional(),
  kind_in: values.optional(),
  country_in: values.optional(),
  country_not_in: values.optional(),
  info_in: z.object({ member: z.string(), values }).optional(),
});

const facilityData = z
  .object({
    facility_id: z.string(),
    name: z.string(),
    currency,
    creditor: z.string().nullable(),
    commitment: exactDecimal,
    drawn: exactDecimal,
    advance_rate: exactDecimal,
    effective_date: day,
    eligibility: z.array(rule),
    limits: z.array(
      z.object({
        by: z.string(),
        max_share: exactDecimal,
        values: z.array(z.string().nullable()).optional(),
      }),
    ),
    covenants: z.array(
      z.union([
        z.object({ code: z.enum(MAX_COVENANTS), max: exactDecimal }),
        z.object({ code: z.literal("pool_outstanding"), min: exactDecimal }),
      ]),
    ),
    sequence: sequence.meta({ description: "The event that put these terms." }),
  })
  .meta({ id: "Facility" });

/** `GET /api/facilities/{facility_id}`. */
export const facility = z.object({ data: facilityData });

/** `PUT /api/facilities/{facility_id}`. */
export const facilityPut = z.object({ event_id: uuid, sequence, data: facilityData });

/** `DELETE /api/facilities/{facility_id}`. */
export const facilityDeleted = z.object({ event_id: uuid, sequence });

/** `GET /api/facilities`. */
export const facilityList = z.object({
  data: z.array(facilityData),
  pagination: z.object({ limit: z.int(), has_more: z.boolean(), next_cursor: z.string().optional() }),
});

const count = { number: z.int().min(0), outstanding: exactDecimal } as const;
export const poolSum = z.object(count);

export const ineligible = z.object({ index: z.int().min(0), rule: z.enum(RULE_NAMES), ...count });

export const excess = z.object({
  index: z.int().min(0),
  by: z.string(),
  group: z.string().nullable(),
  outstanding: exactDecimal.meta({ description: "What the group counted for at this limit." }),
  allowed: exactDecimal,
  excess: exactDecimal,
});

const bound = { value: exactDecimal.nullable(), holds: z.boolean() } as const;
export const checkedCovenant = z.object({
  code: z.enum([...MAX_COVENANTS, "pool_outstanding"]),
  ...bound,
  max: exactDecimal.optional(),
  min: exactDecimal.optional(),
});

export const baseFigures = z.object({
  pool: poolSum,
  eligible: poolSum,
  base: exactDecimal,
  advance_rate: exactDecimal,
  available: exactDecimal,
  commitment: exactDecimal,
  drawn: exactDecimal,
  headroom: exactDecimal,
});

const moment = { as_of_date: day, from_sequence: sequenceOrNone, to_sequence: sequenceOrNone } as const;

/** `GET /api/facilities/{facility_id}/base`. */
export const base = z.object({
  ...moment,
  data: z
    .object({
      facility_id: z.string(),
      currency,
      effective_date: day,
      ...baseFigures.shape,
      ineligible: z.array(ineligible),
      excess: z.array(excess),
      covenants: z.array(checkedCovenant),
    })
    .meta({ id: "Base" }),
});

export const baseLoan = z
  .object({
    disbursement_id: z.string(),
    client_id: z.string().nullable(),
    outstanding: exactDecimal,
    counts_for: exactDecimal,
    reasons: z.array(
      z.union([
        z.object({ index: z.int(), rule: z.enum(RULE_NAMES) }),
        z.object({ index: z.int(), by: z.string(), excess: exactDecimal }),
      ]),
    ),
  })
  .meta({ id: "BaseLoan" });

/** `GET /api/facilities/{facility_id}/base/loans`. */
export const baseLoans = z.object({
  as_of_date: day,
  data: z.array(baseLoan),
  pagination: z.object({
    limit: z.int(),
    has_more: z.boolean(),
    next_cursor: z.string().optional(),
    from_sequence: sequenceOrNone,
    to_sequence: sequenceOrNone,
  }),
});
