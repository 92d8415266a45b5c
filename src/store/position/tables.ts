import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
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
    /** Milliseconds since 1970. Before the body, so that a search by it does not read the body. */
    expires_at: integer().notNull(),
    body: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.question, t.part] })],
);
