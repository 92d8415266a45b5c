import { EXIT, report } from "../failure.ts";
import { type Column, print, tableText } from "../read/format.ts";
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

type TenantLine = TenantRow & { readonly database: string };

const tenantsText = (lines: readonly TenantLine[]): string =>
  tableText(
    COLUMNS,
    lines.map((line) => {
      const counts = [line.history_behind, line.dead_letters, line.failing].map(String);
      return [line.tenant_id, String(line.events), line.last_event, ...counts, line.database];
    }),
  );

/** Prints each tenant's lag, dead letters and failing webhook endpoints. Resolves with the exit code. */
export async function tenants({
  json,
  ...place
}: OperatedService & { readonly json: boolean }): Promise<number> {
  const found: TenantLine[] = [];
  for (const { binding, run } of operatedDatabases(place)) {
    const rows = await run<TenantRow>(TENANTS_SQL);
    if (!rows.ok) return report(rows.error);
    found.push(...rows.value.map((row) => ({ ...row, database: binding })));
  }
  print({ data: found }, json, ({ data }) => (data.length === 0 ? "No tenants.\n" : tenantsText(data)));
  return EXIT.done;
}
