import { and, desc, eq, lte } from "drizzle-orm";
import { DEFAULT_SETTINGS, type Settings } from "../../domain/core/settings.ts";
import type { SettingsRow } from "../../domain/settings/settings.ts";
import { type NewRow, rowWriter } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import type { Sql } from "../d1/statement.ts";
import { tenantSettings } from "./tables.ts";

/** The query for a tenant's settings, as of a sequence of its log if one is given: one row, or none where all are defaults. */
export function settingsQuery(db: Database, tenant: string, upto?: number) {
  const known = upto === undefined ? undefined : lte(tenantSettings.sequence, upto);
  return db
    .select()
    .from(tenantSettings)
    .where(and(eq(tenantSettings.tenant_id, tenant), known))
    .orderBy(desc(tenantSettings.sequence))
    .limit(1);
}

/** The settings of what `settingsQuery` answers. */
export function settingsOf([row]: readonly (typeof tenantSettings.$inferSelect)[]): Settings {
  if (!row) return DEFAULT_SETTINGS;
  const { tenant_id: _, sequence: __, report_dimensions, ...others } = row;
  return { ...others, report_dimensions: JSON.parse(report_dimensions) };
}

/** A tenant's settings as they are, or as they were in force at a sequence of its log. */
export const readSettings = async (db: Database, tenant: string, upto?: number): Promise<Settings> =>
  settingsOf(await settingsQuery(db, tenant, upto));

const writeRows = rowWriter(tenantSettings);

export function settingsStatements(tenant_id: string, rows: readonly SettingsRow[]): readonly Sql[] {
  return writeRows(
    rows.map(
      ({ report_dimensions, ...row }): NewRow<typeof tenantSettings> => ({
        tenant_id,
        ...row,
        report_dimensions: JSON.stringify(report_dimensions),
      }),
    ),
  );
}
