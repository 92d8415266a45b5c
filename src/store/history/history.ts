import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import type { HistoryEvent, HistoryRow, HistoryTable, HistoryValues } from "../../domain/tape/history.ts";
import { rowWriter } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { builder, runAll, type Statement } from "../d1/statement.ts";
import { events } from "../log.ts";
import {
  assetStatus,
  deadLetters,
  disbursementStatus,
  extensions,
  historyCursors,
  rebates,
  restructures,
  writeOffs,
} from "./tables.ts";

type HistoryWriters = {
  readonly [T in HistoryTable]: (
    rows: readonly ({ readonly tenant_id: string } & HistoryValues<T>)[],
  ) => readonly Statement[];
};

/** A row that is there already stays: its key is its event. */
const WRITERS: HistoryWriters = {
  disbursement_status: rowWriter(disbursementStatus, "ignore"),
  extensions: rowWriter(extensions, "ignore"),
  rebates: rowWriter(rebates, "ignore"),
  write_offs: rowWriter(writeOffs, "ignore"),
  restructures: rowWriter(restructures, "ignore"),
  asset_status: rowWriter(assetStatus, "ignore"),
};

/** An event whose history is due; its facts are JSON text still, because reading them may fail. */
export type DueEvent = Omit<HistoryEvent, "facts"> & { readonly facts: string; readonly trace_id: string };

/** The tenant's next events that make history and have none yet, in order. */
export function dueEvents(db: Database, tenant: string, limit: number): Promise<readonly DueEvent[]> {
  const cursor = sql`COALESCE((SELECT ${historyCursors.sequence} FROM ${historyCursors}
    WHERE ${historyCursors.tenant_id} = ${tenant}), 0)`;
  return db
    .select({
      sequence: events.sequence,
      event_id: events.event_id,
      category: events.category,
      step: events.step,
      record_id: events.record_id,
      facts: events.facts,
      trace_id: events.trace_id,
      created_at: events.created_at,
    })
    .from(events)
    .where(and(eq(events.tenant_id, tenant), sql`makes_history = 1`, gt(events.sequence, cursor)))
    .orderBy(asc(events.sequence))
    .limit(limit);
}

/**
 * Writes history rows and how far they go in one batch. A row that is there already stays: its key is its event, so a
 * message delivered twice, or to two consumers, makes it once. The cursor never goes back.
 */
export async function writeHistory(
  db: Database,
  tenant: string,
  rows: readonly HistoryRow[],
  sequence: number,
  now: number,
): Promise<void> {
  const inserts = HISTORY_TABLES.flatMap((table) => statementsFor(tenant, table, rows));
  const cursor = builder
    .insert(historyCursors)
    .values({ tenant_id: tenant, sequence, updated_at: now })
    .onConflictDoUpdate({
      target: historyCursors.tenant_id,
      set: { sequence: sql`max(sequence, excluded.sequence)`, updated_at: now },
    });
  await runAll(db, [cursor.toSQL(), ...inserts]);
}

const HISTORY_TABLES = Object.keys(WRITERS) as readonly HistoryTable[];

function statementsFor<T extends HistoryTable>(
  tenant_id: string,
  table: T,
  rows: readonly HistoryRow[],
): readonly Statement[] {
  const own = rows.filter((row) => row.table === table);
  // A row's table says which columns it has; the compiler does not follow that through a filter.
  const values = own.map((row) => row.values as unknown as HistoryValues<T>);
  return WRITERS[table](values.map((columns) => ({ tenant_id, ...columns })));
}

/**
 * Tenants with events whose history is due, at most `limit`, after `after` in the order of their ids. Skips from
 * tenant to tenant along the index, two rows each, however many events they have. A tenant whose message lies dead
 * waits for the operator's redrive.
 */
export async function tenantsWithDueHistory(db: Database, after: string, limit: number): Promise<string[]> {
  const next = (bound: ReturnType<typeof sql>) =>
    sql`(SELECT min(tenant_id) FROM events WHERE makes_history = 1 AND tenant_id > ${bound})`;
  const rows = await db.all<{ tenant_id: string }>(sql`
    WITH RECURSIVE tenants (tenant_id) AS (
      SELECT ${next(sql`${after}`)}
      UNION ALL
      SELECT ${next(sql`tenants.tenant_id`)} FROM tenants WHERE tenants.tenant_id IS NOT NULL
    )
    SELECT tenants.tenant_id FROM tenants
    WHERE tenants.tenant_id IS NOT NULL
      AND (SELECT max(sequence) FROM events
            WHERE makes_history = 1 AND events.tenant_id = tenants.tenant_id)
        > COALESCE((SELECT sequence FROM history_cursors
                     WHERE history_cursors.tenant_id = tenants.tenant_id), 0)
      AND NOT EXISTS (SELECT 1 FROM dead_letters
                       WHERE dead_letters.tenant_id = tenants.tenant_id AND resolved_at IS NULL AND redrive = 0)
    LIMIT ${limit}`);
  return rows.map((row) => row.tenant_id);
}

/** A message that failed for good. */
export interface DeadLetter {
  readonly message_id: string;
  readonly tenant_id: string | null;
  readonly trace_id: string | null;
  readonly body: string;
  readonly error: string;
}

/**
 * Records a dead letter where the operator finds it. One open letter tells a cause: a poisonous event fails every
 * message that its tenant sends from then on, and each says the same.
 */
export async function recordDeadLetter(db: Database, letter: DeadLetter, now: number): Promise<void> {
  const { message_id, tenant_id, trace_id, body, error } = letter;
  const told = sql`SELECT 1 FROM dead_letters AS told
    WHERE told.tenant_id = ${tenant_id} AND told.resolved_at IS NULL AND told.error = ${error}`;
  await db
    .insert(deadLetters)
    .select(
      sql`SELECT ${message_id}, ${tenant_id}, ${trace_id}, ${body}, ${error}, ${now}, 0, NULL
        WHERE NOT EXISTS (${told})`,
    )
    .onConflictDoUpdate({ target: deadLetters.message_id, set: { error, redrive: 0, resolved_at: null } });
}

/** Dead letters of tenants whose history is complete again are done with, whoever completed it. */
export async function resolveDeadLetters(db: Database, now: number): Promise<void> {
  await db.run(sql`
    UPDATE dead_letters SET resolved_at = ${now}
    WHERE resolved_at IS NULL AND tenant_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM events
                       WHERE makes_history = 1 AND events.tenant_id = dead_letters.tenant_id
                         AND sequence > COALESCE((SELECT history_cursors.sequence FROM history_cursors
                                                   WHERE history_cursors.tenant_id = dead_letters.tenant_id), 0))`);
}

/** A redrive that failed again waits for the operator again. */
export async function refuseRedrive(db: Database, tenant: string, error: string): Promise<void> {
  const open = and(eq(deadLetters.tenant_id, tenant), isNull(deadLetters.resolved_at));
  await db.update(deadLetters).set({ redrive: 0, error }).where(open);
}
