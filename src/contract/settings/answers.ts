import * as z from "zod";

/** `GET /v1/settings` and `PUT /v1/settings` (docs/api.md#settings). */
export const settings = z
  .object({
    time_zone: z.string(),
    arrears_tolerance: z.string(),
    arrears_tolerance_share: z.string(),
    report_dimensions: z.object({ disbursement: z.array(z.string()), client: z.array(z.string()) }),
    anonymous_clients: z.boolean(),
  })
  .meta({ id: "Settings" });
