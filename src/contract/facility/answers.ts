import * as z from "zod";
import { MAX_COVENANTS } from "../../domain/facility/terms.ts";
import { currency, day, exactDecimal, uuid } from "../answer-values.ts";

const sequence = z.int().min(1);

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
