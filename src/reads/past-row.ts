import { parseJson } from "../contract/json.ts";
import { readChange } from "../contract/tape/ingest.ts";
import { sequenceOf } from "../domain/core/event-id.ts";
import type { LookupTableName, StoredRow } from "../domain/core/lookup.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { CATEGORIES, categoryOfTable } from "../domain/tape/categories.ts";
import type { Category, Step } from "../domain/tape/fields.ts";
import { foldEvent, type LoggedEvent, noPast, type Past } from "../domain/tape/past.ts";
import type { Database } from "../store/d1/session.ts";
import { findRow, findRowBeside } from "../store/lookup/list.ts";
import { LOOKUP_SOURCES } from "../store/lookup/sources.ts";
import {
  asStored,
  type EventPlace,
  eventsAt,
  lifeOf,
  lifeQuery,
  pastRow,
  placesOf,
  recordOfEvent,
  toLife,
} from "../store/tape/past.ts";

type Found = Result<StoredRow | null, "too_large">;

/** A table's row as the log knew it after the event with this sequence, or null where it was not there. */
export async function findPastRow(
  db: Database,
  tenant: string,
  table: LookupTableName,
  id: string,
  known: number,
): Promise<Found> {
  const category = categoryOfTable(table);
  if (category) return findRecord(db, tenant, category, id, known);
  const row = await findRow(db, LOOKUP_SOURCES[table], tenant, id);
  const made = sequenceOf(table === "purchase_clients" ? id.slice(0, EVENT_ID_CHARACTERS) : id);
  if (made === null || made > known) return ok(null);
  if (row || table !== "purchase_clients") return ok(row);
  return findLink(db, tenant, id, made, known);
}

const EVENT_ID_CHARACTERS = 36;

async function findRecord(
  db: Database,
  tenant: string,
  category: Category,
  id: string,
  known: number,
): Promise<Found> {
  const source = LOOKUP_SOURCES[CATEGORIES[category].table];
  // Together, so that the row is not a later one.
  const { row, beside } = await findRowBeside(db, source, tenant, id, lifeQuery(tenant, category, id));
  const life = toLife(beside);
  if (!life) return ok(null);
  if (life.updated_seq <= known) return ok(row);
  // A record created anew since then had an earlier life, which may have begun with the first event.
  const from = life.created_seq <= known ? life.created_seq : 1;
  const own = await placesOf(db, tenant, category, [id], from, known);
  if (own === null) return err("too_large");
  const parents = category === "payment" ? await parentsOf(db, tenant, own, known) : [];
  if (parents === null) return err("too_large");
  return ok(pastRow(await pastOf(db, tenant, [...own, ...parents]), tenant, category, id));
}

/** A payment's client may be its loan's, so the events of its disbursements belong to its past. */
async function parentsOf(db: Database, tenant: string, own: readonly EventPlace[], known: number) {
  const ids = [...new Set(own.flatMap(({ disbursement_id }) => disbursement_id ?? []))];
  const [only, another] = ids;
  if (only === undefined) return [];
  const life = another === undefined ? await lifeOf(db, tenant, "disbursement", only) : null;
  const first = own[0]?.sequence ?? 0;
  const from = life && life.created_seq <= first ? life.created_seq : 1;
  return placesOf(db, tenant, "disbursement", ids, from, known);
}

/** A client that has left its purchase since. */
async function findLink(
  db: Database,
  tenant: string,
  id: string,
  made: number,
  known: number,
): Promise<Found> {
  const disbursement = await recordOfEvent(db, tenant, made, id.slice(0, EVENT_ID_CHARACTERS));
  const life = disbursement && (await lifeOf(db, tenant, "disbursement", disbursement));
  if (!disbursement || !life) return ok(null);
  const from = life.created_seq <= made ? life.created_seq : 1;
  const places = await placesOf(db, tenant, "disbursement", [disbursement], from, known);
  if (places === null) return err("too_large");
  const { writes } = await pastOf(db, tenant, places);
  const link = [...writes.links.values()].find((one) => one.id === id);
  return ok(link ? asStored(link) : null);
}

async function pastOf(db: Database, tenant: string, places: readonly EventPlace[]): Promise<Past> {
  const past = noPast();
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
