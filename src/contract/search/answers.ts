import * as z from "zod";
import type { ParsedOf } from "../answer-types.ts";
import { currency, dateOrTimestamp, exactDecimal } from "../answer-values.ts";

export const hit = z
  .object({
    id: z.string(),
    label: z.string().meta({
      description: "The client's name, the kind, the status, the operation's name, or the entry's type.",
    }),
    amount: exactDecimal.nullable(),
    currency: currency.nullable(),
    date: dateOrTimestamp.nullable(),
    client_id: z.string().nullable(),
    client_name: z.string().nullable(),
    disbursement_id: z.string().nullable(),
    href: z.string().meta({ description: "The path of the whole record in this API." }),
  })
  .meta({ id: "SearchHit" });

const group = z
  .object({
    hits: z.array(hit),
    has_more: z
      .boolean()
      .meta({ description: "Not all records of this kind were examined: `next_cursor` continues." }),
  })
  .meta({ id: "SearchGroup" });

/** `GET /api/search`. */
export const search = z.object({
  data: z.object({
    clients: group,
    disbursements: group,
    payments: group,
    operations: group,
    /** Null without the scope `hpts:ledger:read`. */
    entries: group.nullable(),
  }),
  next_cursor: z.string().optional().meta({ description: "Send it as `cursor` to search further." }),
});

export type SearchJson = ParsedOf<typeof search>;
export type HitJson = ParsedOf<typeof hit>;
