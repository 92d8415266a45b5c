import { sql } from "drizzle-orm";
import { customType, text } from "drizzle-orm/sqlite-core";

/**
 * A signed 64-bit count of minor units. D1 rounds integers beyond 2^53 on their way out, so a query selects such a
 * column as text (see `selection` in rows.ts) and this type reads that text.
 */
export const int64 = customType<{ data: bigint; driverData: string }>({
  dataType: () => "integer",
  toDriver: (value) => sql`CAST(${value.toString()} AS INTEGER)`,
  fromDriver: (value) => BigInt(value),
});

/** Bytes, in hex wherever D1 does not hold them: JSON has none. A query selects such a column as hex (see `selection`). */
export const bytes = customType<{ data: string; driverData: string }>({
  dataType: () => "blob",
  toDriver: (value) => sql`unhex(${value})`,
});

/** Every key begins with the tenant. */
export const tenant = { tenant_id: text().notNull() };
