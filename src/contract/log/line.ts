import * as z from "zod";
import { documented } from "../documented.ts";

const hex = (bytes: number) => {
  const pattern = `^[0-9a-f]{${2 * bytes}}$`;
  return z
    .string()
    .regex(new RegExp(pattern))
    .meta(documented({ type: "string", pattern }));
};
const hash = hex(32);
const text = z.string().nullable();

const LINE_MEMBERS = 7;

const line = z.tuple([z.int(), z.string(), z.string(), z.string(), text, text, text]).meta(
  documented({
    type: "array",
    minItems: LINE_MEMBERS,
    maxItems: LINE_MEMBERS,
    items: { type: ["integer", "string", "null"] },
    description: "Sequence, account, side, amount in minor units, loan, borrower, bank account.",
  }),
);

const entry = z.object({
  journal_entry_id: z.string(),
  event_type: z.string(),
  effective_at: z.string(),
  value_date: z.string(),
  currency: z.string(),
  layer: z.string(),
  reverses_entry_id: z.string().optional(),
  lines: z.array(line),
  settles_entry_id: z.string().optional(),
});

/** A line of an export of the log (docs/audit.md#the-export): what the service writes, and what `verify` reads. */
export const exportedEvent = z
  .object({
    tenant_id: z.string(),
    sequence: z.int().min(1),
    event_id: z.string(),
    category: z.string(),
    step: z.string(),
    id: z.string().meta({ description: "Id of the record, or of what else the event is about." }),
    data_hash: hash,
    private_hash: hash.optional(),
    person: z.string().optional(),
    key_hash: hash,
    actor: z.string().optional(),
    created_at: z.int().meta({ description: "Milliseconds since 1970." }),
    journal_entries_hash: hash.optional(),
    hash,
    data: z.string().meta({ description: "JSON text, byte for byte as it is hashed." }),
    private: text.meta({
      description: "What is about a person; null where there is none, or once it was erased.",
    }),
    salt: hex(16).nullable(),
    previous_sequence: z.int().nullable().meta({ description: "The event before it of the same record." }),
    makes_history: z.boolean(),
    entries: z.array(entry).meta({ description: "Its journal entries, from the journal." }),
  })
  .meta({ id: "LogLine" });
