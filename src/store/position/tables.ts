import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenant } from "../d1/columns.ts";

/**
 * The answers to questions over all disbursements, and the progress of unfinished ones (docs/api.md#positions). Part 0
 * holds the moment of the answer, the others its text. A row may be deleted at any time: the answer is computed again.
 */
export const positionMemos = sqliteTable(
  "position_memos",
  {
    ...tenant,
    question: text().notNull(),
    part: integer().notNull(),
    /** When it was last asked for or written, and when it expires, in milliseconds since 1970; those of part 0 count. */
    used_at: integer().notNull(),
    expires_at: integer().notNull(),
    body: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.question, t.part] }),
    index("position_memos_by_expiry").on(t.expires_at).where(sql`part = 0`),
  ],
);

/**
 * The facts of disbursements from which walks compute positions, each disbursement's in one text (domain/position/packed.ts).
 * Null: stale, or too large to be kept so. A row counts only if its generation is that of the tenant's packing, which says
 * up to which event stale ones are marked. All rows may be deleted at any time together with the packing.
 */
export const packedFacts = sqliteTable(
  "packed_facts",
  {
    ...tenant,
    disbursement_id: text().notNull(),
    generation: integer().notNull(),
    facts: text(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.disbursement_id] })],
);

/** How far the packed facts of a tenant are. */
export const packings = sqliteTable("packings", {
  tenant_id: text().primaryKey(),
  /** A new one begins where all rows are stale. */
  generation: integer().notNull(),
  /** Every disbursement that an event up to this sequence concerned is packed as it was then or later, or marked as stale. */
  up_to: integer().notNull(),
  /** Up to this id every live disbursement has a row; null: all have. */
  filled_to: text(),
  /** The members of `info` that are packed, as JSON; those that the settings named. */
  members: text().notNull(),
  /** The number of the tenant's rewrites when the generation began (store/fence.ts). */
  rewrites: integer().notNull(),
});
