import { withDeadline } from "../d1/failure.ts";
import type { Database } from "../d1/session.ts";
import { sweepPlace } from "./tables.ts";

/** The projection and the tenant at which a sweep stopped. */
export interface SweepPlace {
  readonly projection: string;
  readonly tenant_id: string;
}

const ONLY = 1;

/** Where the last sweep stopped; null when it was complete. */
export async function readSweepPlace(db: Database): Promise<SweepPlace | null> {
  const rows = await withDeadline(db.select().from(sweepPlace).limit(1).all());
  return rows[0] ?? null;
}

/** Stores the place for the next sweep. Null makes it start at the beginning. */
export async function writeSweepPlace(db: Database, place: SweepPlace | null): Promise<void> {
  if (place === null) await withDeadline(db.delete(sweepPlace).run());
  else {
    const insert = db.insert(sweepPlace).values({ id: ONLY, ...place });
    await withDeadline(insert.onConflictDoUpdate({ target: sweepPlace.id, set: place }).run());
  }
}
