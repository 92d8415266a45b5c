import { and, eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { EntryPlace } from "../../domain/ledger/journal.ts";
import type { journalEntries, journalPostings, loanEntries } from "./tables.ts";

/** True for the tenant's rows of entries at some places: `places` is a query of sequences and positions. */
export const isAt = (
  table: typeof journalEntries | typeof journalPostings,
  tenant: string,
  places: SQLWrapper,
): SQL | undefined =>
  and(eq(table.tenant_id, tenant), sql`(${table.sequence}, ${table.position}) IN ${places}`);

/** True for a row of an entry that was posted before `place`. */
export const isPostedBefore = (
  table: typeof loanEntries | typeof journalEntries,
  { sequence, position }: EntryPlace,
): SQL => sql`(${table.sequence}, ${table.position}) < (${sequence}, ${position})`;
