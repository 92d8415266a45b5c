import { API_KEYS_MAX } from "../../domain/core/api-key.ts";

/** A key that the operator makes. Times are milliseconds since 1970. */
interface OperatorKey {
  readonly id: string;
  readonly tenant: string;
  readonly hash: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly jurisdiction: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
}

/** The actor of what an operator makes. */
const OPERATOR = "operator";

const quoted = (text: string | null): string => (text === null ? "NULL" : `'${text.replaceAll("'", "''")}'`);

/** Stores a key, and answers its id; no row where the tenant has as many live keys as it may have. */
export const createKeySql = (key: OperatorKey): string => `INSERT INTO api_keys
  (id, tenant_id, hash, name, scopes, jurisdiction, created_at, created_by, expires_at)
  SELECT ${[key.id, key.tenant, key.hash, key.name, key.scopes.join(" "), key.jurisdiction].map(quoted).join(", ")},
    ${key.created_at}, ${quoted(OPERATOR)}, ${key.expires_at ?? "NULL"}
  WHERE (SELECT count(*) FROM api_keys WHERE tenant_id = ${quoted(key.tenant)} AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > ${key.created_at})) < ${API_KEYS_MAX}
  RETURNING id`;

/** The keys of one tenant, or of all, the newest first. */
export const listKeysSql = (
  tenant: string | null,
): string => `SELECT id, tenant_id, name, scopes, created_by, last_used_on,
    strftime('%Y-%m-%dT%H:%M:%SZ', created_at / 1000, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', expires_at / 1000, 'unixepoch') AS expires_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', revoked_at / 1000, 'unixepoch') AS revoked_at
  FROM api_keys ${tenant === null ? "" : `WHERE tenant_id = ${quoted(tenant)}`} ORDER BY created_at DESC, id LIMIT 1000`;

/** Revokes a key and all keys that it has made, and answers their ids; no row where there is no such key. */
export const revokeKeySql = (id: string, now: number): string => `WITH RECURSIVE line (id, tenant_id) AS (
    SELECT id, tenant_id FROM api_keys WHERE id = ${quoted(id)}
    UNION SELECT child.id, child.tenant_id FROM api_keys AS child JOIN line
      ON child.tenant_id = line.tenant_id AND child.parent_id = line.id
  )
  UPDATE api_keys SET revoked_at = coalesce(revoked_at, ${now}) WHERE id IN (SELECT id FROM line) RETURNING id`;
