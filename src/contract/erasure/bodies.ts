import * as z from "zod";
import { ERASURE_REASONS } from "../../domain/erasure/erasure.ts";

/** `POST /api/clients/{client_id}/erasure` and `POST /v1/borrowers/{borrower_id}/erasure` (docs/privacy.md). */
export const erasureBody = z.strictObject({
  reason: z.enum(ERASURE_REASONS).describe("`error`: open loans are no reason to refuse it."),
});
