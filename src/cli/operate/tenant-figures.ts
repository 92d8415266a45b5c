/** What an operator needs to know of each tenant. Skips from tenant to tenant along the log's key. */
export const TENANTS_SQL = `WITH RECURSIVE tenants (tenant_id) AS (
    SELECT (SELECT min(tenant_id) FROM events)
    UNION ALL
    SELECT (SELECT min(tenant_id) FROM events WHERE events.tenant_id > tenants.tenant_id)
    FROM tenants WHERE tenants.tenant_id IS NOT NULL
  )
  SELECT tenant_id,
    (SELECT count(*) FROM events INDEXED BY events_by_key WHERE events.tenant_id = tenants.tenant_id) AS events,
    (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', created_at / 1000, 'unixepoch') FROM events
      WHERE events.tenant_id = tenants.tenant_id ORDER BY sequence DESC LIMIT 1) AS last_event,
    (SELECT count(*) FROM events WHERE events.tenant_id = tenants.tenant_id AND makes_history = 1
      AND sequence > coalesce((SELECT sequence FROM projection_cursors AS cursors
        WHERE cursors.tenant_id = tenants.tenant_id AND projection = 'history'), 0)) AS history_behind,
    (SELECT count(*) FROM dead_letters
      WHERE dead_letters.tenant_id = tenants.tenant_id AND resolved_at IS NULL) AS dead_letters,
    (SELECT count(*) FROM webhook_endpoints AS endpoints
      WHERE endpoints.tenant_id = tenants.tenant_id AND status = 'failing') AS failing
  FROM tenants WHERE tenant_id IS NOT NULL`;

export interface TenantRow {
  readonly tenant_id: string;
  readonly events: number;
  readonly last_event: string;
  readonly history_behind: number;
  readonly dead_letters: number;
  readonly failing: number;
}
