import { parseJson } from "../contract/json.ts";
import { readChange } from "../contract/tape/ingest.ts";
import type { StoredRow } from "../domain/core/lookup.ts";
import type { Category, Step } from "../domain/tape/fields.ts";
import { foldEvent, type LoggedEvent, type Past } from "../domain/tape/past.ts";
import type { Database } from "../store/d1/session.ts";
import { type EventPlace, eventsAt } from "../store/tape/past.ts";

/** Folds events of the log into a past, in their order. */
export async function foldPlaces(
  db: Database,
  tenant: string,
  places: readonly EventPlace[],
  past: Past,
): Promise<Past> {
  for await (const row of eventsAt(db, tenant, places)) foldEvent(past, loggedEvent(row));
  return past;
}

function loggedEvent(row: StoredRow): LoggedEvent {
  const data = parseJson(String(row.data));
  if (!data.ok) throw new TypeError(`event ${row.sequence} holds no JSON: ${data.error}`);
  // The log holds what the gate has accepted: its categories and steps are the domain's.
  const category = row.category as Category;
  const step = row.step as Step;
  return {
    category,
    step,
    id: String(row.record_id),
    event_id: String(row.event_id),
    change: readChange(category, step, data.value),
    currency: row.currency === null ? undefined : String(row.currency),
    sequence: Number(row.sequence),
    created_at: Number(row.created_at),
  };
}
