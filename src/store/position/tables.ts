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
