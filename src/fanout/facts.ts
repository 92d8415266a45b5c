import * as z from "zod";
import type { EventFacts } from "../domain/core/event.ts";
import { INT64_MAX } from "../domain/core/money.ts";
import { type EventTexts, factsOf } from "../domain/log/texts.ts";

const minorUnits = z
  .string()
  .regex(/^\d{1,19}$/)
  .refine((digits) => BigInt(digits) <= INT64_MAX);

/** The facts of an event that history needs (domain, `EventFacts`). */
const factsSchema = z.object({
  currency: z.string().exactOptional(),
  disbursement_id: z.string().exactOptional(),
  asset_id: z.string().nullable().exactOptional(),
  asset_condition: z.string().exactOptional(),
  on_date: z.string().exactOptional(),
  change_date: z.string().exactOptional(),
  change_reason: z.string().exactOptional(),
  terms: z
    .object({
      maturity_date: z.string().nullable(),
      total_expected_margin: minorUnits,
      disbursement_amount: minorUnits,
    })
    .exactOptional(),
  changes: z.record(z.string(), z.object({ from: z.unknown().optional(), to: z.unknown() })).exactOptional(),
});

/** Reads an event's stored facts. Throws an error without values in its message, because facts contain free text. */
export function parseFacts(texts: EventTexts): EventFacts {
  let json: unknown;
  try {
    json = factsOf(texts);
  } catch {
    throw new Error("its facts are not JSON");
  }
  const facts = factsSchema.safeParse(json);
  if (facts.success) return facts.data;
  const paths = facts.error.issues.map(({ path }) => path.join(".") || "all");
  throw new Error(`its facts are not as this version writes them: ${paths.join(", ")}`);
}
