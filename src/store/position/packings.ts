import type { LogPlace } from "../../domain/core/event.ts";
import type { Database } from "../d1/session.ts";
import { runAll, type Sql } from "../d1/statement.ts";
import { DISBURSEMENT_OF_EVENT } from "../log.ts";
import { HEAD, logPlaceOf } from "./memos.ts";

/** Events whose disbursements are marked as stale in one call. */
const EVENTS_OF_A_CALL = 20_000;
/** More events than these cost as much as it costs to begin anew. */
const EVENTS_MAX = 100_000;
/** How often a packing is read again that another request has changed meanwhile. */
const TRIES = 20;

/** A tenant's packed facts, fresh up to an event of the log. */
export interface Packing {
  /** The head of the log before any of the facts was read that this request packs. */
  readonly head: LogPlace;
  readonly generation: number;
  /** Up to this id every live disbursement has a row; null: all have. */
  readonly filled_to: string | null;
}

interface Stored {
  readonly generation: number;
  readonly up_to: number;
  readonly filled_to: string | null;
  readonly members: string;
  readonly rewrites: number;
}

const STORED = "SELECT generation, up_to, filled_to, members, rewrites FROM packings WHERE tenant_id = ?1";
const REWRITES = "SELECT number FROM rewrites WHERE tenant_id = ?1";

/**
 * The packing of a tenant, after all disbursements are marked as stale that events have concerned since it was used last.
 * A new one begins where it holds other members of `info`, or where records were changed without events. Null where other
 * requests change it all the time.
 */
export async function freshPacking(db: Database, tenant: string, members: string): Promise<Packing | null> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { $client: d1 } = db;
    const [log, found, rewritten] = await d1.batch<LogPlace & Stored & { readonly number: number }>(
      [HEAD, STORED, REWRITES].map((sql) => d1.prepare(sql).bind(tenant)),
    );
    const head = logPlaceOf(log?.results[0]);
    const stored: Stored | undefined = found?.results[0];
    const rewrites = rewritten?.results[0]?.number ?? 0;
    const behind = head.sequence - (stored?.up_to ?? 0);
    const isOther = stored?.members !== members || stored.rewrites !== rewrites;
    if (isOther || behind < 0 || behind > EVENTS_MAX) {
      await runAll(db, [beginning(tenant, head, { was: stored?.generation ?? 0, members, rewrites })]);
    } else if (behind > 0) {
      const to = Math.min(head.sequence, stored.up_to + EVENTS_OF_A_CALL);
      await runAll(db, markingStale(tenant, stored, to));
    } else {
      return { head, generation: stored.generation, filled_to: stored.filled_to };
    }
  }
  return null;
}

/** True where the log has no event yet, or still has this one: D1 may have been restored to an earlier time. */
const hasEvent = (sequence: string, event_id: string) => `(${sequence} = '0' OR EXISTS (SELECT 1 FROM events
  WHERE tenant_id = ?1 AND sequence = CAST(${sequence} AS INTEGER) AND event_id = ${event_id}))`;

function beginning(
  tenant: string,
  { sequence, event_id }: LogPlace,
  { was, members, rewrites }: { readonly was: number; readonly members: string; readonly rewrites: number },
): Sql {
  const sql = `INSERT INTO packings (tenant_id, generation, up_to, filled_to, members, rewrites)
    SELECT ?1, CAST(?2 AS INTEGER) + 1, CAST(?3 AS INTEGER), '', ?5, CAST(?6 AS INTEGER) WHERE ${hasEvent("?3", "?4")}
    ON CONFLICT (tenant_id) DO UPDATE SET generation = excluded.generation, up_to = excluded.up_to,
      filled_to = excluded.filled_to, members = excluded.members, rewrites = excluded.rewrites
    WHERE packings.generation = CAST(?2 AS INTEGER)`;
  return { sql, params: [tenant, String(was), String(sequence), event_id, members, String(rewrites)] };
}

/** The disbursements that events concern after ?3 and up to ?4: their own, those of their payments, and of their clients. */
const CONCERNED = `SELECT CASE category WHEN 'disbursement' THEN record_id ELSE ${DISBURSEMENT_OF_EVENT} END AS id
    FROM events WHERE tenant_id = ?1 AND sequence > CAST(?3 AS INTEGER) AND sequence <= CAST(?4 AS INTEGER)
      AND category IN ('disbursement', 'payment')
  UNION
  SELECT d.disbursement_id FROM events AS e CROSS JOIN disbursements AS d INDEXED BY disbursements_by_client
    WHERE e.tenant_id = ?1 AND e.sequence > CAST(?3 AS INTEGER) AND e.sequence <= CAST(?4 AS INTEGER)
      AND e.category = 'client' AND (e.step <> 'create' OR e.previous_sequence IS NOT NULL)
      AND d.tenant_id = ?1 AND d.client_id = e.record_id AND d.client_id IS NOT NULL AND d.deleted_at IS NULL
  UNION
  SELECT link.disbursement_id FROM events AS e
    CROSS JOIN purchase_clients AS link INDEXED BY purchase_clients_by_client
    WHERE e.tenant_id = ?1 AND e.sequence > CAST(?3 AS INTEGER) AND e.sequence <= CAST(?4 AS INTEGER)
      AND e.category = 'client' AND (e.step <> 'create' OR e.previous_sequence IS NOT NULL)
      AND link.tenant_id = ?1 AND link.client_id = e.record_id`;

/** Nothing is marked if another request has marked meanwhile. */
function markingStale(tenant: string, { generation, up_to }: Stored, to: number): readonly Sql[] {
  const params = [tenant, String(generation), String(up_to), String(to)];
  const isThere = `generation = CAST(?2 AS INTEGER) AND up_to = CAST(?3 AS INTEGER)`;
  return [
    {
      sql: `INSERT INTO packed_facts (tenant_id, disbursement_id, generation, facts)
        SELECT ?1, id, CAST(?2 AS INTEGER), NULL FROM (${CONCERNED})
        WHERE id IS NOT NULL AND EXISTS (SELECT 1 FROM packings WHERE tenant_id = ?1 AND ${isThere})
        ON CONFLICT (tenant_id, disbursement_id) DO UPDATE SET generation = excluded.generation, facts = NULL`,
      params,
    },
    { sql: `UPDATE packings SET up_to = CAST(?4 AS INTEGER) WHERE tenant_id = ?1 AND ${isThere}`, params },
  ];
}

/** Packed facts of one call. An answer of D1 stays within a few megabytes, because larger facts are read from their rows. */
export const PACKED_ROWS_OF_A_PAGE = 500;
export const FACTS_BYTES_MAX = 16_000;

export interface PackedRowOfPage {
  readonly disbursement_id: string;
  /** Null: stale, or too large to be packed. */
  readonly facts: string | null;
}

const PAGE = `SELECT disbursement_id, facts FROM packed_facts
  WHERE tenant_id = ?1 AND disbursement_id > ?2 AND generation = CAST(?3 AS INTEGER)`;
const PAGE_END = `ORDER BY disbursement_id LIMIT ${PACKED_ROWS_OF_A_PAGE}`;

/**
 * The next rows of a packing in the order of their ids, as far as it is filled; null where another one has begun. It ends
 * with a page without rows.
 */
export async function packedPage(
  { $client: d1 }: Database,
  tenant: string,
  after: string,
  { generation, filled_to }: Packing,
): Promise<readonly PackedRowOfPage[] | null> {
  const upTo = filled_to === null ? "" : "AND disbursement_id <= ?4";
  const params = [tenant, after, String(generation), ...(filled_to === null ? [] : [filled_to])];
  const [found, rows] = await d1.batch<Stored & PackedRowOfPage>([
    d1.prepare(STORED).bind(tenant),
    d1.prepare(`${PAGE} ${upTo} ${PAGE_END}`).bind(...params),
  ]);
  return found?.results[0]?.generation === generation ? (rows?.results ?? []) : null;
}

/** What a request has read of disbursements, to be packed. */
interface NewlyPacked {
  readonly rows: readonly PackedRowOfPage[];
  /** Disbursements that are not live any more. */
  readonly gone: readonly string[];
  /** Up to which id the packing is filled now (null: complete), and up to which it was. */
  readonly filled: { readonly from: string; readonly to: string | null } | null;
}

/** Bytes of rows that are written with one parameter. */
const BYTES_OF_A_PARAMETER = 500_000;

/**
 * Packs what was read after the packing's head. Nothing is written where events beyond this head were already marked, of
 * which the facts may know nothing, and where the head is no longer in the log.
 */
export async function writePacked(
  db: Database,
  tenant: string,
  { head, generation }: Packing,
  { rows, gone, filled }: NewlyPacked,
): Promise<void> {
  const params = [tenant, String(generation), String(head.sequence), head.event_id];
  const isFresh = `generation = CAST(?2 AS INTEGER) AND up_to <= CAST(?3 AS INTEGER)`;
  const counts = `EXISTS (SELECT 1 FROM packings WHERE tenant_id = ?1 AND ${isFresh}) AND ${hasEvent("?3", "?4")}`;
  const put = `INSERT INTO packed_facts (tenant_id, disbursement_id, generation, facts)
    SELECT ?1, value ->> 0, CAST(?2 AS INTEGER), value ->> 1 FROM json_each(?5) WHERE ${counts}
    ON CONFLICT (tenant_id, disbursement_id) DO UPDATE SET generation = excluded.generation, facts = excluded.facts`;
  const drop = `DELETE FROM packed_facts WHERE tenant_id = ?1
    AND disbursement_id IN (SELECT value FROM json_each(?5)) AND ${counts}`;
  const fill = `UPDATE packings SET filled_to = ?6 WHERE tenant_id = ?1 AND ${isFresh} AND filled_to = ?5
    AND ${hasEvent("?3", "?4")}`;
  await runAll(db, [
    ...chunks(rows).map((text) => ({ sql: put, params: [...params, text] })),
    ...(gone.length > 0 ? [{ sql: drop, params: [...params, JSON.stringify(gone)] }] : []),
    ...(filled ? [{ sql: fill, params: [...params, filled.from, filled.to] }] : []),
  ]);
}

/** The rows as JSON texts that each fit into a parameter. */
function chunks(rows: readonly PackedRowOfPage[]): readonly string[] {
  const texts: string[] = [];
  let some: (readonly [string, string | null])[] = [];
  let bytes = 0;
  for (const { disbursement_id, facts } of rows) {
    some.push([disbursement_id, facts]);
    bytes += facts?.length ?? 0;
    if (bytes < BYTES_OF_A_PARAMETER) continue;
    texts.push(JSON.stringify(some));
    [some, bytes] = [[], 0];
  }
  return some.length === 0 ? texts : [...texts, JSON.stringify(some)];
}
