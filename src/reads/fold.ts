import { parseJson } from "../contract/json.ts";
import { readChange } from "../contract/tape/ingest.ts";
import type { StoredRow } from "../domain/core/lookup.ts";
import { dataOf, factsOf } from "../domain/log/texts.ts";
import type { Category } from "../domain/tape/fields.ts";
import { foldEvent, type LoggedEvent, noPast, type Past } from "../domain/tape/past.ts";
import type { Database } from "../store/d1/session.ts";
import { type EventPlace, eventsAt } from "../store/tape/past.ts";

/** Folds events of the log into a past, in their order. */
export async function foldPlaces(
  db: Database,
  tenant: string,
  places: readonly EventPlace[],
  past: Past,
): Promise<Past> {
  for await (const row of eventsAt(db, tenant, places)) foldRow(past, row);
  return past;
}

/** The past that events make once some of them, at `erased`, say nothing about a person any more. */
export async function foldErased(
  db: Database,
  tenant: string,
  places: readonly EventPlace[],
  erased: ReadonlySet<number>,
): Promise<Past> {
  const past = noPast();
  for await (const row of eventsAt(db, tenant, places)) {
    foldRow(past, erased.has(Number(row.sequence)) ? { ...row, private: null } : row);
  }
  return past;
}

/** Folds the next event of the log, as D1 gives it, into a past. */
export const foldRow = (past: Past, row: StoredRow): void => foldEvent(past, loggedEvent(row));

function loggedEvent(row: StoredRow): LoggedEvent {
  const texts = { data: String(row.data), private: row.private === null ? null : String(row.private) };
  const data = parseJson(dataOf(texts));
  if (!data.ok) throw new TypeError(`event ${row.sequence} holds no JSON: ${data.error}`);
  // The log holds what the gate has accepted: its categories and steps are the domain's.
  const category = row.category as Category;
  const step = row.step as LoggedEvent["step"];
  const { currency, info } = factsOf(texts);
  return {
    category,
    step,
    id: String(row.record_id),
    event_id: String(row.event_id),
    change: step === "erase" ? {} : readChange(category, step, data.value),
    currency,
    info,
    sequence: Number(row.sequence),
    created_at: Number(row.created_at),
  };
}
