import { causeOf } from "../domain/core/failure.ts";
import type { Database } from "../store/d1/session.ts";
import { dueEvents, writeProjection } from "../store/projections/cursors.ts";
import type { DueEvent, Projection } from "../store/projections/projection.ts";
import { openSession } from "../store/session.ts";
import { PROJECTIONS } from "./projections.ts";

/**
 * The most events of one D1 batch. A table's rows travel in one parameter, which D1 limits to 2 MB: a hundred reasons
 * of 2,000 characters fit, in any script.
 */
const EVENTS_MAX = 100;
/**
 * The most D1 calls of one `catchUp`; the next message, alarm or sweep does the rest. A worker's invocation has 1,000
 * calls, so a batch of the queue names at most 20 tenants (wrangler.toml).
 */
const CALLS_MAX = 40;

/** An event from which a projection cannot be derived. */
export class PoisonEvent extends Error {
  readonly trace_id: string;

  constructor({ event_id, sequence, trace_id }: DueEvent, reason: unknown) {
    const why = reason instanceof Error ? reason.message : String(reason);
    super(`event ${event_id} (sequence ${sequence}): ${why}`);
    this.trace_id = trace_id;
  }
}

/** A projection that stopped, and why. */
export interface Stopped {
  readonly projection: string;
  readonly error: unknown;
}

export interface CaughtUp {
  readonly rows: number;
  /** False when a projection has more events than one call reads. A stopped projection counts as complete. */
  readonly complete: boolean;
  readonly stopped: readonly Stopped[];
  /** The sequence up to which each projection that advanced is now complete, by its name. */
  readonly reached: Readonly<Record<string, number>>;
  /** True when the tenant has webhook endpoints that take deliveries. */
  readonly followed: boolean;
  /** The number of D1 calls made. */
  readonly calls: number;
}

/**
 * Derives what is due in some projections of a tenant, each in the order of the events. It may run twice at once and be
 * interrupted anywhere: rows and cursor are written in one batch, and a row is keyed by its event. Rows before a
 * poisonous event are kept. A projection that fails stops no other. Never throws.
 */
export async function catchUp(
  env: Cloudflare.Env,
  tenant: string,
  projections: readonly Projection[] = PROJECTIONS,
): Promise<CaughtUp> {
  const stopped: Stopped[] = [];
  const reached: Record<string, number> = {};
  let active = projections;
  let rows = 0;
  let calls = 0;
  let followed = false;
  while (active.length > 0 && calls + 1 + active.length <= CALLS_MAX) {
    calls += 1;
    const due = await readDue(env, tenant, active);
    if (!due.ok) {
      stopped.push(...active.map(({ name }) => ({ projection: name, error: due.error })));
      return { rows, complete: true, stopped, reached, followed, calls };
    }
    followed = due.followed;
    const unfinished: Projection[] = [];
    for (const [index, projection] of active.entries()) {
      const events = due.events[index] ?? [];
      const made = await makeRows(due.db, tenant, projection, events);
      rows += made.rows;
      calls += made.calls;
      const isComplete = made.error === null && events.length < EVENTS_MAX;
      if (made.upto !== null) reached[projection.name] = isComplete ? due.head : made.upto;
      if (made.error !== null) stopped.push({ projection: projection.name, error: made.error });
      else if (events.length === EVENTS_MAX) unfinished.push(projection);
    }
    active = unfinished;
  }
  return { rows, complete: active.length === 0, stopped, reached, followed, calls };
}

async function readDue(env: Cloudflare.Env, tenant: string, projections: readonly Projection[]) {
  try {
    const { db } = await openSession(env, tenant, "first-primary");
    return { ok: true, db, ...(await dueEvents(db, tenant, projections, EVENTS_MAX)) } as const;
  } catch (error) {
    return { ok: false, error } as const;
  }
}

interface Made {
  readonly rows: number;
  readonly calls: number;
  /** The last event that this call read; null when it read none. */
  readonly upto: number | null;
  /** Null when every event was read. */
  readonly error: unknown;
}

/** Derives and writes one batch of a projection, up to the first poisonous event. */
async function makeRows(
  db: Database,
  tenant: string,
  projection: Projection,
  due: readonly DueEvent[],
): Promise<Made> {
  const { rows, done, poison } = deriveAll(projection, due);
  if (!done) return { rows: 0, calls: 0, upto: null, error: poison ?? null };
  try {
    const statements = projection.write(tenant, rows);
    const { sequence, event_id } = done;
    const upTo = { name: projection.name, sequence, event_id, now: Date.now() };
    await writeProjection(db, tenant, upTo, statements);
    return { rows: rows.length, calls: 1, upto: sequence, error: poison ?? null };
  } catch (error) {
    return { rows: 0, calls: 1, upto: null, error };
  }
}

interface Derived {
  readonly rows: readonly unknown[];
  /** The rows are complete up to this event. */
  readonly done?: DueEvent;
  readonly poison?: PoisonEvent;
}

/** The rows of consecutive events, up to the first poisonous one. */
function deriveAll({ derive }: Projection, due: readonly DueEvent[]): Derived {
  const rows: unknown[] = [];
  let derived: Derived = { rows };
  for (const event of due) {
    try {
      rows.push(...derive(event));
      derived = { rows, done: event };
    } catch (error) {
      return { ...derived, poison: new PoisonEvent(event, error) };
    }
  }
  return derived;
}

/** Logs a projection that stopped. */
export function logStopped(tenant: string, { projection, error }: Stopped, trace: string | null): void {
  const trace_id = error instanceof PoisonEvent ? error.trace_id : trace;
  const entry = { level: "error", message: "projection failed", projection, tenant, trace_id };
  console.error(JSON.stringify({ ...entry, error: causeOf(error) }));
}
