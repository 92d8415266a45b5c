import { z } from "zod";
import { deriveHistory, type HistoryEvent, type HistoryRow } from "../domain/history.ts";
import type { EventFacts } from "../domain/state.ts";
import { openSession } from "../store/database.ts";
import { type DueEvent, dueEvents, writeHistory } from "../store/history.ts";

/** Events of one D1 batch, and batches of one call: what is left is the next message's, alarm's or sweep's. */
const EVENTS_MAX = 500;
const BATCHES_MAX = 20;

/** An event that no history can be made of. */
export class PoisonEvent extends Error {
  readonly trace_id: string;

  constructor(event: DueEvent, reason: unknown) {
    super(`event ${event.event_id} (sequence ${event.sequence}): ${String(reason)}`);
    this.trace_id = event.trace_id;
  }
}

export interface CaughtUp {
  readonly rows: number;
  /** False when the tenant has more events than one call makes history of. */
  readonly complete: boolean;
}

/**
 * Makes the history that is due for a tenant, in the order of its events. May run twice at once and be cut off
 * anywhere: rows and cursor go together, and a row is keyed by its event. Rows before a poisonous event are kept;
 * then it throws `PoisonEvent`.
 */
export async function catchUp(env: Cloudflare.Env, tenant: string): Promise<CaughtUp> {
  const { db } = openSession(env, tenant, "first-primary");
  let made = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    const due = await dueEvents(db, tenant, EVENTS_MAX);
    const rows: HistoryRow[] = [];
    let done: DueEvent | undefined;
    let poison: PoisonEvent | undefined;
    for (const event of due) {
      try {
        rows.push(...deriveHistory(toHistoryEvent(event)));
        done = event;
      } catch (error) {
        poison = new PoisonEvent(event, error);
        break;
      }
    }
    if (done) await writeHistory(db, tenant, rows, done.sequence, Date.now());
    made += rows.length;
    if (poison) throw poison;
    if (due.length < EVENTS_MAX) return { rows: made, complete: true };
  }
  return { rows: made, complete: false };
}

const factsSchema = z.record(z.string(), z.unknown());

function toHistoryEvent({ trace_id: _, ...event }: DueEvent): HistoryEvent {
  return { ...event, facts: factsSchema.parse(JSON.parse(event.facts)) as EventFacts };
}
