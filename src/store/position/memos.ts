import type { LogPlace } from "../../domain/core/event.ts";
import { utf8Length } from "../../domain/core/utf8.ts";
import { withDeadline } from "../d1/failure.ts";
import type { Database } from "../d1/session.ts";
import { runAll, type Sql } from "../d1/statement.ts";

/** An answer is kept for an hour after it was written or last asked for: the life of a list's cursor. */
const ANSWER_LIFE_MS = 3_600_000;
const RENEWED_AFTER_MS = 600_000;
/** A walk that no request continues is forgotten after a minute: what it has seen is no longer what it would see. */
const WALK_LIFE_MS = 60_000;
/** The most memos of one tenant, and their bytes; beyond them those that were not used for the longest time go. */
const MEMOS_MAX = 200;
export const MEMO_BYTES_MAX = 8_000_000;
/** Expired memos that one call of the sweep deletes. */
const SWEPT_MAX = 200;

/** The moment of a memo, and its progress. */
export interface WalkProgress {
  /** The head of the log when the walk began, and when it last made progress. */
  readonly from_sequence: number;
  readonly to_sequence: number;
  /**
   * The log's last events that the walk has seen: a memo counts only while they are in the log, because D1 may have been
   * restored to an earlier time.
   */
  readonly heads: readonly LogPlace[];
  /** The disbursement after which the walk continues; null when it is complete. */
  readonly after: string | null;
  readonly done: number;
}

/** A kept list: the number of its lines, and whether it is complete. */
interface KeptList {
  readonly lines: number;
  readonly listed_all: boolean;
}

/** What part 0 of a memo says of it. */
export type AboutMemo = WalkProgress & Partial<KeptList>;

export interface Memo extends AboutMemo {
  readonly expires_at: number;
  /** Part 0 as it is stored: it tells one version of a memo from another. */
  readonly version: string;
  readonly parts: readonly string[];
}

interface Part {
  readonly part: number;
  readonly expires_at: number;
  readonly body: string;
  readonly is_lost: number;
}

/** Which parts of a memo to read. */
interface PartRange {
  readonly first: number;
  readonly last: number;
}

const ALL: PartRange = { first: 1, last: Number.MAX_SAFE_INTEGER };

export const HEAD =
  "SELECT sequence, event_id FROM events WHERE tenant_id = ?1 ORDER BY sequence DESC LIMIT 1";

export const logPlaceOf = (row: Partial<LogPlace> | undefined): LogPlace => ({
  sequence: row?.sequence ?? 0,
  event_id: row?.event_id ?? "",
});

/** The last event of the tenant's log. */
export async function headOf(db: Database, tenant: string): Promise<LogPlace> {
  const [head] = await db.$client.batch<LogPlace>([db.$client.prepare(HEAD).bind(tenant)]);
  return logPlaceOf(head?.results[0]);
}

/** True where some of the heads, an array as JSON, are no longer in the log. */
const areLost = (heads: string): string => `EXISTS (SELECT 1 FROM json_each(${heads}) AS head
  WHERE head.value ->> 'sequence' > 0 AND NOT EXISTS (SELECT 1 FROM events WHERE tenant_id = ?1
    AND sequence = head.value ->> 'sequence' AND event_id = head.value ->> 'event_id'))`;

/** Whose memo it is, and of which question. */
export interface MemoKey {
  readonly tenant: string;
  readonly question: string;
}

/**
 * The head of the log and the memo of a question, in one round trip: one row besides the memo's own, and those of its
 * heads. A memo of a log that is no longer there is deleted.
 */
export async function readMemo(
  db: Database,
  key: MemoKey,
  now: number,
  { first, last }: PartRange = ALL,
): Promise<{ readonly head: LogPlace; readonly memo: Memo | null }> {
  const { $client: d1 } = db;
  const { tenant, question } = key;
  const [head, found] = await d1.batch<LogPlace & Part>([
    d1.prepare(HEAD).bind(tenant),
    d1
      .prepare(
        `SELECT part, expires_at, body, ${areLost("body -> '$.heads'")} AS is_lost
        FROM position_memos WHERE tenant_id = ?1 AND question = ?2 AND part = 0
        UNION ALL
        SELECT part, expires_at, body, 0 AS is_lost FROM position_memos WHERE tenant_id = ?1 AND question = ?2
          AND part BETWEEN CAST(?3 AS INTEGER) AND CAST(?4 AS INTEGER)
        ORDER BY part`,
      )
      .bind(tenant, question, String(first), String(last)),
  ]);
  const parts = found?.results ?? [];
  const isLost = parts[0]?.is_lost === 1;
  if (isLost) await dropMemo(db, key);
  return { head: logPlaceOf(head?.results[0]), memo: isLost ? null : memoOf(parts, now) };
}

function memoOf([about, ...parts]: readonly Part[], now: number): Memo | null {
  if (about?.part !== 0 || about.expires_at <= now) return null;
  const known: AboutMemo = JSON.parse(about.body);
  return {
    ...known,
    expires_at: about.expires_at,
    version: about.body,
    parts: parts.map(({ body }) => body),
  };
}

/** A new version of a memo. */
interface NewMemo {
  readonly about: AboutMemo;
  /** The version that it follows; null for the first one. */
  readonly was: Memo | null;
  /** The first of the parts to write; those before it stay. */
  readonly first: number;
  readonly parts: readonly string[];
}

/**
 * Writes a version of a memo, and makes room for it. Nothing is written if another request has written one meanwhile: its
 * parts would not be those that this version follows. Nor if its heads are no longer in the log.
 */
export async function writeMemo(
  db: Database,
  { tenant, question }: MemoKey,
  { about, was, first, parts }: NewMemo,
  now: number,
): Promise<void> {
  const used_at = String(now);
  const expires_at = String(now + (about.after === null ? ANSWER_LIFE_MS : WALK_LIFE_MS));
  const body = JSON.stringify(about);
  const written = [...parts.map((text, index) => [first + index, text] as const), [0, body] as const];
  const bytes = written.reduce((sum, [, text]) => sum + utf8Length(text), 0);
  const heads = JSON.stringify(about.heads);
  const put = `INSERT INTO position_memos (tenant_id, question, part, used_at, expires_at, body)
    SELECT ?1, ?2, CAST(?3 AS INTEGER), CAST(?4 AS INTEGER), CAST(?5 AS INTEGER), ?6
    WHERE ${VERSION} IS ?7 AND NOT ${areLost("?8")}
    ON CONFLICT (tenant_id, question, part) DO UPDATE
      SET used_at = excluded.used_at, expires_at = excluded.expires_at, body = excluded.body`;
  const version = was?.version ?? null;
  await runAll(db, [
    makingRoom(tenant, question, now, bytes),
    {
      sql: `DELETE FROM position_memos WHERE tenant_id = ?1 AND question = ?2 AND part >= CAST(?3 AS INTEGER)
        AND ${VERSION} IS ?4 AND NOT ${areLost("?5")}`,
      params: [tenant, question, String(first), version, heads],
    },
    ...written.map(([part, text]) => ({
      sql: put,
      params: [tenant, question, String(part), used_at, expires_at, text, version, heads],
    })),
  ]);
}

const VERSION = "(SELECT body FROM position_memos WHERE tenant_id = ?1 AND question = ?2 AND part = 0)";

/** Deletes what has expired, and what was not used for the longest time where there are too many memos or bytes. */
function makingRoom(tenant: string, question: string, now: number, bytes: number): Sql {
  const sql = `DELETE FROM position_memos WHERE tenant_id = ?1 AND question IN (
    SELECT question FROM (
      SELECT question, expires_at, sum(bytes) OVER latest AS bytes, row_number() OVER latest AS number FROM (
        SELECT question, max(iif(part = 0, expires_at, 0)) AS expires_at, max(iif(part = 0, used_at, 0)) AS used_at,
          sum(octet_length(body)) AS bytes
        FROM position_memos WHERE tenant_id = ?1 GROUP BY question)
      WINDOW latest AS (ORDER BY question = ?2 DESC, used_at DESC, question))
    WHERE expires_at <= CAST(?3 AS INTEGER)
      OR (question <> ?2 AND (number > ${MEMOS_MAX - 1} OR bytes > ${MEMO_BYTES_MAX} - CAST(?4 AS INTEGER))))`;
  return { sql, params: [tenant, question, String(now), String(bytes)] };
}

/** Deletes a memo. */
export async function dropMemo(db: Database, { tenant, question }: MemoKey): Promise<void> {
  const sql = "DELETE FROM position_memos WHERE tenant_id = ?1 AND question = ?2";
  await runAll(db, [{ sql, params: [tenant, question] }]);
}

/** Extends the life of a kept answer from now, because it was asked for; not each time, because that is a write. */
export async function renewMemo(
  db: Database,
  { tenant, question }: MemoKey,
  { expires_at }: Memo,
  now: number,
): Promise<void> {
  if (expires_at > now + ANSWER_LIFE_MS - RENEWED_AFTER_MS) return;
  const sql = `UPDATE position_memos SET used_at = CAST(?3 AS INTEGER), expires_at = CAST(?4 AS INTEGER)
    WHERE tenant_id = ?1 AND question = ?2 AND part = 0`;
  await runAll(db, [{ sql, params: [tenant, question, String(now), String(now + ANSWER_LIFE_MS)] }]);
}

/** Deletes expired memos of any tenants, some at a time. */
export async function sweepMemos(db: Database, now: number): Promise<void> {
  const sql = `DELETE FROM position_memos WHERE (tenant_id, question) IN (
    SELECT tenant_id, question FROM position_memos INDEXED BY position_memos_by_expiry
    WHERE part = 0 AND expires_at <= CAST(?1 AS INTEGER) ORDER BY expires_at LIMIT ${SWEPT_MAX})`;
  await withDeadline(runAll(db, [{ sql, params: [String(now)] }]));
}
