import * as z from "zod";
import { CATEGORY_NAMES } from "../../domain/tape/categories.ts";
import { type Category, STEPS } from "../../domain/tape/fields.ts";
import type { Finding } from "../../domain/tape/warnings.ts";
import { receipt, uuid } from "../answer-values.ts";
import { problem } from "../problem-answer.ts";

/** Exhaustive: a new finding must be named here. */
const FINDINGS: Readonly<Record<Finding, true>> = {
  paid_more_than_expected: true,
  received_before_disbursement: true,
  received_in_future: true,
  paid_without_date: true,
  change_out_of_order: true,
};

const categories = z.enum(CATEGORY_NAMES as unknown as [Category, ...Category[]]);

/** `POST /ingest` (docs/api.md#ingest). */
export const accepted = z
  .object({
    status: z.enum(["success", "duplicate"]),
    message: z.string(),
    event_id: uuid,
    sequence: z
      .int()
      .min(1)
      .meta({ description: "Counts the tenant's accepted events from 1, without gaps." }),
    category: categories,
    step: z.enum(STEPS),
    id: z.string().meta({ description: "Id of the record." }),
    warnings: z
      .array(
        z.object({
          code: z.enum(Object.keys(FINDINGS) as [Finding, ...Finding[]]),
          message: z.string(),
        }),
      )
      .meta({ description: "Irregularities of an accepted event." }),
  })
  .meta({ id: "IngestAnswer" });

/** A line of the answer of `POST /ingest/batch` (docs/api.md#batches). */
export const batchAnswer = z
  .object({
    line: z.int().min(1),
    status: z.int(),
    headers: z.record(z.string(), z.string()).optional(),
    receipt: receipt.optional(),
    body: z.union([accepted, problem]),
  })
  .meta({ id: "BatchAnswer" });
