import * as z from "zod";
import { documented } from "../documented.ts";
import { idSchema } from "../values.ts";
import { calendarDate, cashAccount, itemList, metadata, optional, reference, uuid } from "./values.ts";

/** The most settlements of one batch, and room for as many. */
const SETTLEMENTS_MAX = 500;
export const SETTLEMENTS_BYTES_MAX = 512 * 1024;

export const settlementBody = z.strictObject({
  disbursement_entry_id: uuid,
  effective_at: calendarDate,
  bank_account_ref: cashAccount,
  external_ref: reference,
  metadata,
});

const ONE_SETTLEMENT = {
  type: "object",
  properties: {
    disbursement_entry_id: { type: "string", format: "uuid" },
    disbursement_id: {
      type: "string",
      minLength: 1,
      maxLength: 128,
      description: "Instead of disbursement_entry_id: a disbursement of the records, for its origination.",
    },
    effective_at: { type: "string", format: "date" },
    bank_account_ref: { type: "string", pattern: "^[A-Za-z0-9_.:-]{1,64}$" },
    external_ref: { type: "string", minLength: 1, maxLength: 255 },
  },
  required: ["effective_at"],
  additionalProperties: false,
};

const oneSettlement = z
  .strictObject({
    disbursement_entry_id: optional(uuid),
    disbursement_id: optional(idSchema),
    effective_at: calendarDate,
    bank_account_ref: cashAccount,
    external_ref: reference,
  })
  .refine((one) => (one.disbursement_entry_id === null) !== (one.disbursement_id === null), {
    path: ["disbursement_entry_id"],
    error: "must be there, or disbursement_id, and not both",
  });

export const settlementsBody = z.strictObject({
  settlements: itemList(oneSettlement, SETTLEMENTS_MAX, "settlements").meta(
    documented({ type: "array", minItems: 1, maxItems: SETTLEMENTS_MAX, items: ONE_SETTLEMENT }),
  ),
  metadata,
});
