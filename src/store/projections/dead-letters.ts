import { and, eq, isNull, sql } from "drizzle-orm";
import { withDeadline } from "../d1/failure.ts";
import type { Database } from "../d1/session.ts";
import type { Projection } from "./projection.ts";
import { deadLetters } from "./tables.ts";

/** A message that failed permanently in one projection. */
interface DeadLetter {
  readonly message_id: string;
  /** Empty when the message names no tenant's events. */
  readonly projection: string;
  readonly tenant_id: string | null;
  readonly trace_id: string | null;
  readonly body: string;
  readonly error: string;
}

/**
 * Records a dead letter where the operator finds it. Keeps one open letter per cause: a poisonous event fails every
 * later message of its tenant with the same error.
 */
export async function recordDeadLetter(db: Database, letter: DeadLetter, now: number): Promise<void> {
  const { message_id, projection, tenant_id, trace_id, body, error } = letter;
  const known = sql`SELECT 1 FROM dead_letters AS known
    WHERE known.tenant_id = ${tenant_id} AND known.projection = ${projection}
      AND known.resolved_at IS NULL AND known.error = ${error}`;
  const insert = db
    .insert(deadLetters)
    .select(
      sql`SELECT ${message_id}, ${projection}, ${tenant_id}, ${trace_id}, ${body}, ${error}, ${now}, 0, NULL
        WHERE NOT EXISTS (${known})`,
    )
    .onConflictDoUpdate({
      target: [deadLetters.message_id, deadLetters.projection],
      set: { error, redrive: 0, resolved_at: null },
    });
  await withDeadline(insert.run());
}

/** Resolves the dead letters of tenants whose projection is complete again. Takes one round trip. */
export async function resolveDeadLetters(
  db: Database,
  projections: readonly Projection[],
  now: number,
): Promise<void> {
  const [first, ...others] = projections.map(({ name, reads }) =>
    db
      .update(deadLetters)
      .set({ resolved_at: now })
      .where(
        sql`resolved_at IS NULL AND tenant_id IS NOT NULL AND projection = ${name}
          AND NOT EXISTS (SELECT 1 FROM events
            WHERE ${reads} AND events.tenant_id = dead_letters.tenant_id
              AND sequence > COALESCE((SELECT cursors.sequence FROM projection_cursors AS cursors
                WHERE cursors.tenant_id = dead_letters.tenant_id AND cursors.projection = ${name}), 0))`,
      ),
  );
  if (first) await withDeadline(db.batch([first, ...others]));
}

/** Marks a redrive that failed: the dead letter waits for the operator again. */
export async function refuseRedrive(
  db: Database,
  tenant: string,
  projection: string,
  error: string,
): Promise<void> {
  const open = and(
    eq(deadLetters.tenant_id, tenant),
    eq(deadLetters.projection, projection),
    isNull(deadLetters.resolved_at),
  );
  await withDeadline(db.update(deadLetters).set({ redrive: 0, error }).where(open).run());
}
