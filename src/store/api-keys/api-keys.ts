import { eq, type SQL, sql } from "drizzle-orm";
import { API_KEYS_MAX, type StoredApiKey } from "../../domain/core/api-key.ts";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";
import { apiKeys } from "./tables.ts";

/** How long a key that has ended is listed, and after which it is deleted. */
const LISTED_MS = 90 * 86_400_000;
/** Ended keys that a list has at most; live ones are always in it. */
const ENDED_LISTED_MAX = 1_000;

export interface NewApiKey extends Omit<StoredApiKey, "revoked_at" | "last_used_on"> {
  /** The key that makes it; null when a token does. */
  readonly parent_id: string | null;
  /** Of the idempotency key of the request that makes it. */
  readonly request_key_hash: string;
  readonly fingerprint: string;
}

/** A key, with the request that made it. */
export interface RequestedApiKey extends StoredApiKey {
  readonly fingerprint: string | null;
}

type Row = typeof apiKeys.$inferSelect;

const keyOf = ({ scopes, ...row }: Row): RequestedApiKey => ({ ...row, scopes: scopes.split(" ") });

const isLive = (now: number): SQL =>
  sql`(${apiKeys.revoked_at} IS NULL AND (${apiKeys.expires_at} IS NULL OR ${apiKeys.expires_at} > ${now}))`;

const endedAt = sql`min(coalesce(${apiKeys.revoked_at}, ${apiKeys.expires_at}), coalesce(${apiKeys.expires_at}, ${apiKeys.revoked_at}))`;

export async function findApiKey(db: Database, id: string): Promise<RequestedApiKey | null> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id));
  return row ? keyOf(row) : null;
}

/** The key that the tenant's request with this idempotency key has made. */
export async function findByRequest(
  db: Database,
  tenant: string,
  keyHash: string,
): Promise<RequestedApiKey | null> {
  const [row] = await db
    .select()
    .from(apiKeys)
    .where(sql`${apiKeys.tenant_id} = ${tenant} AND ${apiKeys.request_key_hash} = ${keyHash}`);
  return row ? keyOf(row) : null;
}

/** Whether the tenant has as many live keys as it may have. */
export async function hasAllApiKeys(db: Database, tenant: string, now: number): Promise<boolean> {
  const [row] = await queryRows<{ live: number }>(
    db,
    sql`SELECT count(*) AS live FROM ${apiKeys} WHERE ${apiKeys.tenant_id} = ${tenant} AND ${isLive(now)}`,
  );
  return (row?.live ?? 0) >= API_KEYS_MAX;
}

/**
 * Stores a new key. One statement decides, so that neither the bound nor the end of the parent is missed: false when the
 * tenant has all its keys, the parent has ended, or the request has made its key already.
 */
export async function insertApiKey(db: Database, key: NewApiKey, now: number): Promise<boolean> {
  const values = [
    sql`${key.id}, ${key.tenant_id}, ${key.hash}, ${key.name}, ${key.scopes.join(" ")}`,
    sql`${key.jurisdiction}, ${key.parent_id}, ${key.created_at}, ${key.created_by}, ${key.expires_at}`,
    sql`${key.request_key_hash}, ${key.fingerprint}`,
  ];
  const parent = sql`(${key.parent_id} IS NULL OR EXISTS
    (SELECT 1 FROM ${apiKeys} WHERE ${apiKeys.id} = ${key.parent_id} AND ${isLive(now)}))`;
  const stored = await queryRows(
    db,
    sql`INSERT INTO ${apiKeys} (id, tenant_id, hash, name, scopes, jurisdiction, parent_id, created_at, created_by,
      expires_at, request_key_hash, fingerprint)
    SELECT ${sql.join(values, sql`, `)}
    WHERE (SELECT count(*) FROM ${apiKeys} WHERE ${apiKeys.tenant_id} = ${key.tenant_id} AND ${isLive(now)})
      < ${API_KEYS_MAX} AND ${parent}
    ON CONFLICT DO NOTHING RETURNING id`,
  );
  return stored.length > 0;
}

/** Deletes the tenant's keys that ended so long ago that no list has them. */
export async function deleteEndedApiKeys(db: Database, tenant: string, now: number): Promise<void> {
  await queryRows(
    db,
    sql`DELETE FROM ${apiKeys} WHERE ${apiKeys.tenant_id} = ${tenant} AND ${endedAt} <= ${now - LISTED_MS}`,
  );
}

/** The tenant's live keys and the latest of those that have ended, the newest first. */
export async function listApiKeys(
  db: Database,
  tenant: string,
  now: number,
): Promise<readonly StoredApiKey[]> {
  const own = sql`SELECT * FROM ${apiKeys} WHERE ${apiKeys.tenant_id} = ${tenant}`;
  const newestFirst = sql`ORDER BY created_at DESC, id`;
  const rows = await queryRows<Row>(
    db,
    sql`SELECT * FROM (${own} AND ${isLive(now)} UNION ALL SELECT * FROM (${own} AND ${endedAt} > ${now - LISTED_MS}
      AND NOT ${isLive(now)} ${newestFirst} LIMIT ${ENDED_LISTED_MAX})) ${newestFirst}`,
  );
  return rows.map(keyOf);
}

/**
 * Revokes a key of the tenant, and all keys that it has made, directly or through others. Answers their ids; null when the
 * tenant has no such key. A key that was revoked before keeps its time.
 */
export async function revokeApiKey(
  db: Database,
  tenant: string,
  id: string,
  now: number,
): Promise<readonly string[] | null> {
  const rows = await queryRows<{ id: string }>(
    db,
    sql`WITH RECURSIVE line (id) AS (
      SELECT id FROM ${apiKeys} WHERE id = ${id} AND tenant_id = ${tenant}
      UNION SELECT child.id FROM ${apiKeys} AS child JOIN line ON child.parent_id = line.id WHERE child.tenant_id = ${tenant}
    )
    UPDATE ${apiKeys} SET revoked_at = coalesce(revoked_at, ${now}) WHERE id IN (SELECT id FROM line) RETURNING id`,
  );
  return rows.length === 0 ? null : rows.map((row) => row.id);
}

/** Revokes keys of the tenant that a restore of the database has made valid again. */
export async function revokeAgain(
  db: Database,
  tenant: string,
  ids: readonly string[],
  now: number,
): Promise<void> {
  await queryRows(
    db,
    sql`UPDATE ${apiKeys} SET revoked_at = ${now} WHERE tenant_id = ${tenant} AND revoked_at IS NULL
      AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
  );
}

export async function noteUse(db: Database, id: string, day: string): Promise<void> {
  await queryRows(
    db,
    sql`UPDATE ${apiKeys} SET last_used_on = ${day} WHERE id = ${id} AND coalesce(last_used_on, '') < ${day}`,
  );
}
