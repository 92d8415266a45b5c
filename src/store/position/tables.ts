import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenant } from "../d1/columns.ts";

/**
 * What questions over all disbursements came to, and how far unfinished ones are (docs/api.md#positions): part 0 says
 * which moment it is of, the others hold it. A row can be dropped at any time: the question is computed again.
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
