import { deriveHistory, type HistoryRow } from "../domain/tape/history.ts";
import { openSession } from "../store/d1/session.ts";
import { type DueEvent, dueEvents, writeHistory } from "../store/history/history.ts";
import { parseFacts } from "./facts.ts";

/**
 * Events of one D1 batch. A table's rows travel in one parameter, which D1 bounds at 2 MB: a hundred reasons of 2,000
 * characters fit in whatever script they are written.
 */
const EVENTS_MAX = 100;
/** Batches of one call: what is left is the next message's, alarm's or sweep's. */
const BATCHES_MAX = 20;
/**
 * D1 calls that one `catchUp` makes at most, two a batch. A worker's invocation has 1,000, so a queue's batch names at
 * most 20 tenants (wrangler.toml), and the sweep counts.
 */
export const CALLS_OF_ONE_MAX = 2 * BATCHES_MAX;

/** An event that no history can be made of. */
export class PoisonEvent extends Error {
  readonly trace_id: string;

  constructor({ event_id, sequence, trace_id }: DueEvent, reason: unknown) {
    const why = reason instanceof Error ? reason.message : String(reason);
    super(`event ${event_id} (sequence ${sequence}): ${why}`);
    this.trace_id = trace_id;
  }
}

export interface CaughtUp {
  readonly rows: number;
  /** False when the tenant has more events than one call makes history of. */
  readonly complete: boolean;
  /** D1 calls made. */
  readonly calls: number;
}

/**
 * Makes the history that is due for a tenant, in the order of its events. May run twice at once and be cut off
 * anywhere: rows and cursor go together, and a row is keyed by its event. Rows before a poisonous event are kept;
 * then it throws `PoisonEvent`.
 */
export async function catchUp(env: Cloudflare.Env, tenant: string): Promise<CaughtUp> {
  const { db } = openSession(env, tenant, "first-primary");
  let made = 0;
  let calls = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    const due = await dueEvents(db, tenant, EVENTS_MAX);
    calls += due.length > 0 ? 2 : 1;
    const { rows, done, poison } = deriveAll(due);
    if (done) await writeHistory(db, tenant, rows, done.sequence, Date.now());
    made += rows.length;
    if (poison) throw poison;
    if (due.length < EVENTS_MAX) return { rows: made, complete: true, calls };
  }
  return { rows: made, complete: false, calls };
}

interface Derived {
  readonly rows: readonly HistoryRow[];
  /** The last event that the rows are complete up to. */
  readonly done?: DueEvent;
  readonly poison?: PoisonEvent;
}

/** The rows of consecutive events, up to the first that none can be made of. */
function deriveAll(due: readonly DueEvent[]): Derived {
  const rows: HistoryRow[] = [];
  let derived: Derived = { rows };
  for (const event of due) {
    try {
      rows.push(...deriveHistory({ ...event, facts: parseFacts(event.facts) }));
      derived = { rows, done: event };
    } catch (error) {
      return { ...derived, poison: new PoisonEvent(event, error) };
    }
  }
  return derived;
}
