import { sequenceOf } from "../domain/core/event-id.ts";
import type { LookupTableName, StoredRow } from "../domain/core/lookup.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { CATEGORIES, categoryOfTable } from "../domain/tape/categories.ts";
import type { Category } from "../domain/tape/fields.ts";
import { noPast } from "../domain/tape/past.ts";
import type { Database } from "../store/d1/session.ts";
import { erasedAfter } from "../store/erasure/progress.ts";
import { findRow, findRowBeside } from "../store/lookup/list.ts";
import { LOOKUP_SOURCES } from "../store/lookup/sources.ts";
import {
  asStored,
  type EventPlace,
  lastEventsOf,
  lastEventsQuery,
  pastClient,
  pastRow,
  placesOf,
  recordOfEvent,
  toLastEvents,
} from "../store/tape/past.ts";
import { foldPlaces } from "./fold.ts";

type Found = Result<StoredRow | null, "too_large">;

/** Names a row of a lookup table. */
export interface RowName {
  readonly table: LookupTableName;
  readonly id: string;
}

/** A table's row as the log knew it after the event with this sequence, or null where it was not there. */
export async function findPastRow(
  db: Database,
  tenant: string,
  { table, id }: RowName,
  known: number,
): Promise<Found> {
  const category = categoryOfTable(table);
  if (category) return findRecord(db, tenant, { category, id }, known);
  const row = await findRow(db, LOOKUP_SOURCES[table], tenant, id);
  const made = sequenceOf(table === "purchase_clients" ? id.slice(0, EVENT_ID_CHARACTERS) : id);
  if (made === null || made > known) return ok(null);
  if (row || table !== "purchase_clients") return ok(row);
  return findLink(db, tenant, { id, made }, known);
}

const EVENT_ID_CHARACTERS = 36;

async function findRecord(
  db: Database,
  tenant: string,
  { category, id }: { readonly category: Category; readonly id: string },
  known: number,
): Promise<Found> {
  const source = LOOKUP_SOURCES[CATEGORIES[category].table];
  // Together, so that the row is not a later one.
  const { row, beside } = await findRowBeside(
    db,
    source,
    { tenant, id },
    lastEventsQuery(tenant, category, id),
  );
  const last = toLastEvents(beside);
  if (!last) return ok(null);
  if (last.latest <= known) return ok(row);
  const own = await placesOf(db, tenant, [last.own], known);
  const followed = own && category === "payment" ? await disbursementsOf(db, tenant, own.places, known) : own;
  if (own === null || followed === null) return err("too_large");
  const places = new Set([...own.places, ...followed.places]);
  const past = await foldPlaces(db, tenant, [...places], noPast());
  if (category !== "client") return ok(pastRow(past, tenant, category, id));
  return ok(pastClient(past, tenant, id, await erasedAfter(db, tenant, `client:${id}`, known)));
}

/** A payment's client may be its loan's, so the events of its disbursements belong to its past. */
async function disbursementsOf(db: Database, tenant: string, own: readonly EventPlace[], known: number) {
  const ids = [...new Set(own.flatMap(({ disbursement_id }) => disbursement_id ?? []))];
  return placesOf(db, tenant, await lastEventsOf(db, tenant, "disbursement", ids), known);
}

/** A client that has left its purchase since. */
async function findLink(
  db: Database,
  tenant: string,
  { id, made }: { readonly id: string; readonly made: number },
  known: number,
): Promise<Found> {
  const disbursement = await recordOfEvent(db, tenant, made, id.slice(0, EVENT_ID_CHARACTERS));
  if (!disbursement) return ok(null);
  const last = await lastEventsOf(db, tenant, "disbursement", [disbursement]);
  const found = await placesOf(db, tenant, last, known);
  if (found === null) return err("too_large");
  const { writes } = await foldPlaces(db, tenant, found.places, noPast());
  const link = [...writes.links.values()].find((one) => one.id === id);
  return ok(link ? asStored(link) : null);
}
