import { EXIT, report } from "../failure.ts";
import { type Column, tableText } from "../read/format.ts";
import { type OperatedService, operatedDatabases } from "./database.ts";
import { TENANTS_SQL, type TenantRow } from "./tenant-figures.ts";

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
export async function tenants({ environment, dataDirectory }: OperatedService): Promise<number> {
  const rows: (readonly string[])[] = [];
  for (const { binding, run } of operatedDatabases({ environment, dataDirectory })) {
    const found = await run<TenantRow>(TENANTS_SQL);
    if (!found.ok) return report(found.error);
    for (const row of found.value) {
      const counts = [row.history_behind, row.dead_letters, row.failing].map(String);
      rows.push([row.tenant_id, String(row.events), row.last_event, ...counts, binding]);
    }
  }
  process.stdout.write(rows.length === 0 ? "No tenants.\n" : tableText(COLUMNS, rows));
  return EXIT.done;
}
