import { and, asc, eq, gt, lte, sql } from "drizzle-orm";
import type { Event } from "../../domain/core/event.ts";
import type { Entry } from "../../domain/ledger/journal.ts";
import { withDeadline } from "../d1/failure.ts";
import type { Database } from "../d1/session.ts";
import { HISTORY } from "../history/progress.ts";
import { journalEntries } from "../ledger/tables.ts";
import { events } from "../log.ts";
import { progressQuery } from "../projections/cursors.ts";

/** The members of an event that webhooks report; its facts are JSON text. */
export type ReportedEvent = Pick<
  Event,
  "sequence" | "event_id" | "category" | "step" | "record_id" | "makes_history" | "trace_id" | "created_at"
> & { readonly facts: string };

export type ReportedEntry = Pick<
  Entry,
  "sequence" | "position" | "journal_entry_id" | "event_type" | "correlation_id" | "posted_at"
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
      facts: events.facts,
      trace_id: events.trace_id,
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
      correlation_id: journalEntries.correlation_id,
      posted_at: journalEntries.posted_at,
    })
    .from(journalEntries)
    // Sequences have no gaps, so the events of the page end here at the latest.
    .where(
      and(
        eq(journalEntries.tenant_id, tenant),
        gt(journalEntries.sequence, after),
        lte(journalEntries.sequence, after + limit),
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
