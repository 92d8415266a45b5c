import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { EXIT, failed, report } from "../failure.ts";
import { localFiles, PROJECT_ROOT } from "../local/project.ts";
import { type Column, tableText } from "../read/format.ts";
import { wranglerOutput } from "./wrangler-output.ts";

export interface TenantsOptions {
  /** An environment of wrangler.toml; undefined means the local database. */
  readonly environment: string | undefined;
  readonly dataDirectory: string | undefined;
}

/** What an operator needs to know of each tenant. Skips from tenant to tenant along the log's key. */
export const TENANTS_SQL = `WITH RECURSIVE tenants (tenant_id) AS (
    SELECT (SELECT min(tenant_id) FROM events)
    UNION ALL
    SELECT (SELECT min(tenant_id) FROM events WHERE events.tenant_id > tenants.tenant_id)
    FROM tenants WHERE tenants.tenant_id IS NOT NULL
  )
  SELECT tenant_id,
    (SELECT max(sequence) FROM events WHERE events.tenant_id = tenants.tenant_id) AS events,
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

interface TenantRow {
  readonly tenant_id: string;
  readonly events: number;
  readonly last_event: string;
  readonly history_behind: number;
  readonly dead_letters: number;
  readonly failing: number;
}

const COLUMNS: readonly Column[] = [
  { title: "Tenant", align: "left" },
  { title: "events", align: "right" },
  { title: "last event", align: "left" },
  { title: "behind", align: "right" },
  { title: "dead", align: "right" },
  { title: "failing", align: "right" },
  { title: "database", align: "left" },
];

/** Prints each tenant's lag, dead letters and failing webhook endpoints. Resolves with the exit code. */
export async function tenants({ environment, dataDirectory }: TenantsOptions): Promise<number> {
  const config = unstable_readConfig({ config: join(PROJECT_ROOT, "wrangler.toml"), env: environment });
  const place =
    environment === undefined
      ? ["--local", "--persist-to", localFiles(dataDirectory).stateDirectory]
      : ["--remote", "--env", environment];
  const rows: (readonly string[])[] = [];
  for (const { binding } of config.d1_databases) {
    const sql = TENANTS_SQL.replace(/\s+/g, " ");
    const printed = await wranglerOutput(["d1", "execute", binding, ...place, "--json", "--command", sql]);
    if (!printed.ok) return report(printed.error);
    const [answer] = JSON.parse(printed.value) as readonly { readonly results?: readonly TenantRow[] }[];
    if (!answer?.results)
      return report(failed(`wrangler d1 execute answered without results for ${binding}.`));
    for (const row of answer.results) {
      const counts = [row.history_behind, row.dead_letters, row.failing].map(String);
      rows.push([row.tenant_id, String(row.events), row.last_event, ...counts, binding]);
    }
  }
  process.stdout.write(rows.length === 0 ? "No tenants.\n" : tableText(COLUMNS, rows));
  return EXIT.done;
}
