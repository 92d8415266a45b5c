import { and, eq, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import { CATEGORY_NAMES, REFERENCES } from "../../domain/tape/categories.ts";
import type { Category, RecordTypes } from "../../domain/tape/fields.ts";
import type { RecordNeeds } from "../../domain/tape/needs.ts";
import type { RecordState, Stored } from "../../domain/tape/state.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import { isOneOf } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { RECORD_STORES } from "./records.ts";

/** Adds the queries for the records that are needed; what it returns reads them. */
export function addRecords(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  needs: RecordNeeds,
): () => RecordState {
  const readers = CATEGORY_NAMES.map(
    (category) => [category, addCategory(batch, db, { tenant, needs }, category)] as const,
  );
  return () => Object.fromEntries(readers.map(([category, read]) => [category, read()])) as RecordState;
}

interface WantedAttributes {
  readonly tenant: string;
  readonly needs: RecordNeeds;
}

function addCategory<C extends Category>(
  batch: ReadBatch,
  db: Database,
  wanted: WantedAttributes,
  category: C,
): () => Map<string, Stored<RecordTypes[C]>> {
  const { id, select, toStored } = RECORD_STORES[category];
  const sources = [...named(wanted, category), ...parents(wanted, category)];
  const isNeeded = sql`${id} IN (${sql.join(sources, sql` UNION ALL `)})`;
  const rows = batch.add(() => select(db, wanted.tenant, isNeeded), sources.length > 0);
  return () => new Map(rows().map(toStored));
}

/** The ids that the commands name. */
function named({ needs }: WantedAttributes, category: Category): readonly SQL[] {
  const ids = needs[category];
  return ids.size > 0 ? [sql`SELECT value FROM json_each(${JSON.stringify([...ids])})`] : [];
}

/** The parents of the records that are about to change. */
function parents({ tenant, needs }: WantedAttributes, category: Category): readonly SQL[] {
  return CATEGORY_NAMES.flatMap((child) => {
    const ids = [...needs[child]];
    const { table, id } = RECORD_STORES[child];
    const columns = table as unknown as Readonly<Record<string, AnySQLiteColumn>>;
    return REFERENCES[child]
      .filter((reference) => reference.category === category && reference.isParent && ids.length > 0)
      .map(
        ({ field }) =>
          sql`SELECT ${columns[field]} FROM ${table} WHERE ${and(eq(table.tenant_id, tenant), isOneOf(id, ids))}`,
      );
  });
}
