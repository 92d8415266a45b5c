import { sql } from "drizzle-orm";

/** History as a projection: the name of its cursors, and the events that it reads, which an index of the log finds. */
export const HISTORY = { name: "history", reads: sql`makes_history = 1` } as const;
