import { rowWriter } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { queryAll, runAll, type Sql } from "../d1/statement.ts";
import { headQuery } from "../log.ts";
import { positionMemos } from "./tables.ts";

/** A memo is kept for an hour after it was written or last read: the life of a list's cursor. */
const LIFE_MS = 3_600_000;
/** The most memos of one tenant; beyond them the oldest are deleted. */
const MEMOS_MAX = 200;

/** The moment of a memo, and its progress. */
export interface WalkProgress {
  /** The head of the log when the walk began, and when it last made progress. */
  readonly from_sequence: number;
  readonly to_sequence: number;
  /** The disbursement after which the walk continues; null when it is complete. */
  readonly after: string | null;
  readonly done: number;
}

/** A kept list: the number of its lines, and whether it is complete. */
export interface KeptList {
  readonly lines: number;
  readonly listed_all: boolean;
}

export interface Memo extends WalkProgress, Partial<KeptList> {
  readonly expires_at: number;
  readonly parts: readonly string[];
}

interface Part {
  readonly part: number;
  readonly expires_at: number;
  readonly body: string;
}

/** Which parts of a memo to read. */
interface PartRange {
  readonly first: number;
  readonly last: number;
}

/** Of a memo that is read as a whole. */
export const ALL_PARTS: PartRange = { first: 1, last: Number.MAX_SAFE_INTEGER };

/** The head of the log and the memo of a question, in one round trip: one row besides the memo's own. */
export async function readMemo(
  db: Database,
  tenant: string,
  { question, first, last }: { readonly question: string } & PartRange,
  now: number,
): Promise<{ readonly head: number; readonly memo: Memo | null }> {
  const [[log] = [], found = []] = await queryAll(db, [
    headQuery(tenant),
    {
      sql: `SELECT part, expires_at, body FROM position_memos WHERE tenant_id = ?1 AND question = ?2 AND part = 0
        UNION ALL
        SELECT part, expires_at, body FROM position_memos WHERE tenant_id = ?1 AND question = ?2
          AND part BETWEEN CAST(?3 AS INTEGER) AND CAST(?4 AS INTEGER)
        ORDER BY part`,
      params: [tenant, question, String(first), String(last)],
    },
  ]);
  return { head: Number(log?.head ?? 0), memo: memoOf(found as unknown as readonly Part[], now) };
}

function memoOf([about, ...parts]: readonly Part[], now: number): Memo | null {
  if (about?.part !== 0 || about.expires_at <= now) return null;
  const progress: WalkProgress = JSON.parse(about.body);
  return { ...progress, expires_at: about.expires_at, parts: parts.map(({ body }) => body) };
}

const insertMemos = rowWriter(positionMemos);

interface NewMemo {
  readonly question: string;
  readonly about: WalkProgress & Partial<KeptList>;
  readonly parts: readonly string[];
}

/** Replaces a memo, and deletes expired ones. */
export async function writeMemo(
  db: Database,
  tenant_id: string,
  { question, about, parts }: NewMemo,
  now: number,
): Promise<void> {
  const expires_at = now + LIFE_MS;
  const bodies = [JSON.stringify(about), ...parts];
  const rows = bodies.map((body, part) => ({ tenant_id, question, part, expires_at, body }));
  await runAll(db, [clearing(tenant_id, question, now), ...insertMemos(rows)]);
}

/** Deletes a memo, and expired ones. */
export async function dropMemo(db: Database, tenant: string, question: string, now: number): Promise<void> {
  await runAll(db, [clearing(tenant, question, now)]);
}

function clearing(tenant: string, question: string, now: number): Sql {
  const sql = `DELETE FROM position_memos WHERE tenant_id = ?1
    AND (question = ?2 OR question IN (
      SELECT question FROM position_memos WHERE tenant_id = ?1 AND part = 0 AND expires_at <= CAST(?3 AS INTEGER)
      UNION ALL
      SELECT question FROM (SELECT question FROM position_memos WHERE tenant_id = ?1 AND part = 0
        ORDER BY expires_at DESC LIMIT -1 OFFSET ${MEMOS_MAX - 1})))`;
  return { sql, params: [tenant, question, String(now)] };
}

/** Extends a memo's life from now, because it was read. */
export async function renewMemo(db: Database, tenant: string, question: string, now: number): Promise<void> {
  const sql =
    "UPDATE position_memos SET expires_at = CAST(?3 AS INTEGER) WHERE tenant_id = ?1 AND question = ?2 AND part = 0";
  await runAll(db, [{ sql, params: [tenant, question, String(now + LIFE_MS)] }]);
}
