import { and, asc, eq, gt, lte, sql } from "drizzle-orm";
import type { Event } from "../../domain/core/event.ts";
import type { Entry } from "../../domain/ledger/journal.ts";
import { withDeadline } from "../d1/failure.ts";
import { hexOf } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { HISTORY } from "../history/progress.ts";
import { journalEntries } from "../ledger/tables.ts";
import { events } from "../log.ts";
import { progressQuery } from "../projections/cursors.ts";

/** The members of an event that webhooks report; its texts only where it makes history. */
export type ReportedEvent = Pick<
  Event,
  | "sequence"
  | "event_id"
  | "category"
  | "step"
  | "record_id"
  | "makes_history"
  | "data"
  | "private"
  | "trace_id"
  | "created_at"
>;

export type ReportedEntry = Pick<
  Entry,
  "sequence" | "position" | "journal_entry_id" | "event_type" | "value_date" | "correlation_id" | "posted_at"
>;

/** A page of the log, all read at one moment. */
export interface LogPage {
  readonly head: number;
  /** The sequence up to which the tenant's history is derived. */
  readonly history: number;
  readonly events: readonly ReportedEvent[];
  /** The journal entries of these events, in their order. */
  readonly entries: readonly ReportedEntry[];
}

/** The next `limit` events after `after`. Takes one round trip. */
export async function readLogPage(
  db: Database,
  tenant: string,
  after: number,
  limit: number,
): Promise<LogPage> {
  const page = db
    .select({
      sequence: events.sequence,
      event_id: events.event_id,
      category: events.category,
      step: events.step,
      record_id: events.record_id,
      makes_history: events.makes_history,
      data: sql<string>`iif(${events.makes_history}, ${events.data}, '')`.as("data"),
      private: sql<string | null>`iif(${events.makes_history}, ${events.private}, NULL)`.as("private"),
      trace_id: hexOf(events.trace_id).as("trace_id"),
      created_at: events.created_at,
    })
    .from(events)
    .where(and(eq(events.tenant_id, tenant), gt(events.sequence, after)))
    .orderBy(asc(events.sequence))
    .limit(limit);
  const entries = db
    .select({
      sequence: journalEntries.sequence,
      position: journalEntries.position,
      journal_entry_id: journalEntries.journal_entry_id,
      event_type: journalEntries.event_type,
      value_date: journalEntries.value_date,
      correlation_id: journalEntries.correlation_id,
      posted_at: journalEntries.posted_at,
    })
    .from(journalEntries)
    .where(
      and(
        eq(journalEntries.tenant_id, tenant),
        gt(journalEntries.sequence, after),
        lte(
          journalEntries.sequence,
          sql`(SELECT max(sequence) FROM (
          SELECT sequence FROM events WHERE tenant_id = ${tenant} AND sequence > CAST(${String(after)} AS INTEGER)
          ORDER BY sequence LIMIT CAST(${String(limit)} AS INTEGER)))`,
        ),
      ),
    )
    .orderBy(asc(journalEntries.sequence), asc(journalEntries.position));
  const progress = db
    .select({ head: sql<number>`head`.as("head"), reached: sql<number>`reached`.as("reached") })
    .from(sql`(${progressQuery(tenant, HISTORY)})`);
  const [found, posted, [how]] = await withDeadline(db.batch([page, entries, progress]));
  const { head = 0, reached = 0 } = how ?? {};
  return { head, history: reached, events: found, entries: posted };
}
