import { sql } from "drizzle-orm";
import { check, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenant } from "../d1/columns.ts";

/** The facilities that a tenant has, each with the event that last put it: at most 200. */
export const facilities = sqliteTable(
  "facilities",
  { ...tenant, facility_id: text().notNull(), sequence: integer().notNull() },
  (t) => [primaryKey({ columns: [t.tenant_id, t.facility_id] })],
);

/** A facility as each of its events left it, so that a base can be computed as of any day and as known at any moment. */
export const facilityTerms = sqliteTable(
  "facility_terms",
  {
    ...tenant,
    facility_id: text().notNull(),
    sequence: integer().notNull(),
    effective_date: text(),
    terms: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.facility_id, t.sequence] }),
    check("a_facility_has_terms_until_it_is_deleted", sql`(terms IS NULL) = (effective_date IS NULL)`),
  ],
);
