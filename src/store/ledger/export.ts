import { and, eq, sql } from "drizzle-orm";
import type { Entry, EntryPlace } from "../../domain/ledger/journal.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import type { DayRange } from "./journal-list.ts";
import { type DayPlace, isOnDayAfter, isPostedAfter, placesOf, postingsAt } from "./places.ts";
import { toEntries } from "./rows.ts";
import { journalEntries, journalPostings } from "./tables.ts";

/** Which part of the journal is exported, and from where on. */
interface ExportStart {
  /** Null: the whole journal in the order of posting. With days: in their order, over an index. */
  readonly days: DayRange | null;
  /** Null at the start. */
  readonly after: DayPlace | null;
}

/** A page of the exported journal. */
export interface EntryPage {
  readonly entries: readonly Entry[];
  /** True when the journal ends here. */
  readonly isLast: boolean;
}

/** A page ends before the entry that would exceed this number of loans. */
const PAGE_LOANS_MAX = 10_000;
/** A page ends with the entry whose texts exceed this: 2,000 entries could have 16 MB of text. */
const PAGE_TEXT_BYTES_MAX = 2_000_000;

/**
 * The tenant's next entries after a place: at most `limit`, and fewer if entries touch many
 * loans or have much text.
 */
export async function entriesAfter(
  db: Database,
  tenant: string,
  { days, after }: ExportStart,
  limit: number,
): Promise<EntryPage> {
  const order = sql.raw(days ? "effective_at, sequence, position" : "sequence, position");
  const where = days
    ? sql`INDEXED BY journal_entries_by_day WHERE tenant_id = ${tenant}
        AND ${isOnDayAfter(after ?? { effective_at: days.from, sequence: 0, position: 0 })} AND effective_at <= ${days.to}`
    : sql`WHERE tenant_id = ${tenant} AND ${isPostedAfter(after ?? { sequence: 0, position: 0 })}`;
  const sized = sql`
    SELECT effective_at, sequence, position, loan_count, octet_length(actor) AS actor_bytes,
      octet_length(description) AS description_bytes, octet_length(external_ref) AS external_ref_bytes
    FROM journal_entries ${where}
    ORDER BY ${order} LIMIT ${limit}`;
  const added = sql`
    SELECT sequence, position, count(*) OVER () AS ahead, row_number() OVER page AS number,
      sum(loan_count) OVER page AS loans,
      sum(ifnull(actor_bytes, 0) + ifnull(description_bytes, 0) + ifnull(external_ref_bytes, 0)) OVER before AS bytes
    FROM (${sized})
    WINDOW page AS (ORDER BY ${order}),
      before AS (ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const found = sql`(
    SELECT sequence, position, number, ahead FROM (${added})
    WHERE number = 1 OR (loans <= ${PAGE_LOANS_MAX} AND bytes < ${PAGE_TEXT_BYTES_MAX})) AS found`;
  const heads = await db
    .select({ ...selection(journalEntries), ahead: sql<number>`found.ahead`.as("ahead") })
    .from(found)
    .innerJoin(
      journalEntries,
      and(
        eq(journalEntries.tenant_id, tenant),
        sql`${journalEntries.sequence} = found.sequence AND ${journalEntries.position} = found.position`,
      ),
    )
    .orderBy(sql`found.number`);
  const [first, last] = [heads[0], heads.at(-1)];
  if (!first || !last) return { entries: [], isLast: true };
  const postings = await (days
    ? postingsAt(db, tenant, placesOf(heads))
    : postingsBetween(db, tenant, first, last));
  const { ahead } = first;
  const entries = toEntries(
    heads.map(({ ahead: _, ...head }) => head),
    postings,
  );
  return { entries, isLast: heads.length === ahead && ahead < limit };
}

/** The postings of all entries from one place to another, in the order of posting. */
const postingsBetween = (db: Database, tenant: string, first: EntryPlace, last: EntryPlace) =>
  db
    .select(selection(journalPostings))
    .from(journalPostings)
    .where(
      and(
        eq(journalPostings.tenant_id, tenant),
        sql`(${journalPostings.sequence}, ${journalPostings.position})
          BETWEEN (${first.sequence}, ${first.position}) AND (${last.sequence}, ${last.position})`,
      ),
    );
