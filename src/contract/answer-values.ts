import * as z from "zod";
import { DATE_OR_TIMESTAMP, documented, EXACT_DECIMAL } from "./documented.ts";

/** Kinds of values that many answers share. */
export const uuid = z.string().meta(documented({ type: "string", format: "uuid" }));
export const instant = z.string().meta(documented({ type: "string", format: "date-time" }));
export const day = z.string().meta(documented({ type: "string", format: "date" }));
export const dateOrTimestamp = z.string().meta(documented(DATE_OR_TIMESTAMP));
export const currency = z.string().meta(documented({ type: "string", pattern: "^[A-Z]{3}$" }));
export const exactDecimal = z
  .number()
  .meta(documented({ type: "number", description: EXACT_DECIMAL }))
  .brand<"exact decimal">();
export const freeObject = z.object({}).meta(documented({ type: "object", additionalProperties: true }));

/** SHA-256 in hex. */
const sha256Hex = z.string().meta(documented({ type: "string", pattern: "^[0-9a-f]{64}$" }));

/** The place of an event in the chain (docs/audit.md#receipts). */
export const receipt = z
  .object({ sequence: z.int().min(1), hash: sha256Hex })
  .meta({ id: "LogReceipt", description: "The event's place in the chain of the log: keep it." });

/** A sum of minor units: exact, so it may have more digits than a 64-bit integer. */
export const sumMinor = z
  .string()
  .meta(
    documented({ type: "string", pattern: "^-?(0|[1-9][0-9]*)$", description: "Minor units as digits." }),
  );
