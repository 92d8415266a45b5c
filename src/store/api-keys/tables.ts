import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** API keys of all tenants (docs/api.md#api-keys), by their ids: a key's text names no tenant. Only the first database's table is used. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().notNull(),
    tenant_id: text().notNull(),
    /** SHA-256 of the secret. The secret itself is nowhere. */
    hash: text().notNull(),
    name: text().notNull(),
    /** Separated by spaces. */
    scopes: text().notNull(),
    jurisdiction: text(),
    /** The key that made it, and ends it. */
    parent_id: text(),
    created_at: integer().notNull(),
    created_by: text(),
    expires_at: integer(),
    revoked_at: integer(),
    last_used_on: text(),
    /** Of the idempotency key of the request that made it; null for a key that the operator made. */
    request_key_hash: text(),
    fingerprint: text(),
  },
  (t) => [
    primaryKey({ columns: [t.id] }),
    uniqueIndex("api_keys_by_request").on(t.tenant_id, t.request_key_hash),
  ],
);
