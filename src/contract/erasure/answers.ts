import * as z from "zod";
import { instant, uuid } from "../answer-values.ts";

/** How far an erasure is (docs/privacy.md#how-an-erasure-runs). */
export const erasure = z
  .object({
    event_id: uuid,
    sequence: z.int(),
    status: z.enum(["running", "complete"]),
    events_done: z.int().meta({ description: "Events of the log that are done, of those up to `sequence`." }),
    completed_at: instant.optional(),
  })
  .meta({ id: "Erasure" });
