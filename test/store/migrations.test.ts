import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { getTableConfig, SQLiteSyncDialect, SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, it } from "vitest";
import drizzleConfig from "../../drizzle.config.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const dialect = new SQLiteSyncDialect();

/** The database that the migrations make. */
function migrated(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  const directory = join(ROOT, "migrations");
  for (const name of readdirSync(directory)
    .filter((one) => one.endsWith(".sql"))
    .sort()) {
    database.exec(readFileSync(join(directory, name), "utf8"));
  }
  return database;
}

/** The tables that the code declares. */
async function declared(): Promise<readonly SQLiteTable[]> {
  const modules = await Promise.all(drizzleConfig.schema.map((file) => import(resolve(ROOT, file))));
  const exported = modules.flatMap((one: object) => Object.values(one));
  return [...new Set(exported.filter((one) => one instanceof SQLiteTable))];
}

type Config = ReturnType<typeof getTableConfig>;

const columnsOf = ({ columns, primaryKeys }: Config) => {
  const [key = columns.filter(({ primary }) => primary)] = primaryKeys.map((one) => one.columns);
  const names = key.map(({ name }) => name);
  return columns.map((column) => ({
    name: column.name,
    type: column.getSQLType(),
    notnull: column.notNull || names.includes(column.name) ? 1 : 0,
    dflt_value: column.default === undefined ? null : String(column.default),
    pk: names.indexOf(column.name) + 1,
  }));
};

const textOf = (value: Parameters<typeof dialect.sqlToQuery>[0]) => dialect.sqlToQuery(value, "indexes").sql;

const indexesOf = ({ name: table, indexes }: Config) =>
  indexes.map(({ config: { name, unique, columns, where } }) => {
    const of = columns.map((one) => ("name" in one ? `\`${one.name}\`` : textOf(one))).join(",");
    const partly = where === undefined ? "" : ` WHERE ${textOf(where)}`;
    return `CREATE ${unique ? "UNIQUE " : ""}INDEX \`${name}\` ON \`${table}\` (${of})${partly}`;
  });

it("the migrations make the tables, columns, checks and indexes that the code declares, and no others", async () => {
  const database = migrated();
  const rows = (query: string, ...values: string[]) =>
    database
      .prepare(query)
      .all(...values)
      .map((row) => ({ ...row }));
  const tables = (await declared()).map(getTableConfig);
  expect(tables.length).toBeGreaterThan(20);
  const made = rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  expect(made.map(({ name }) => name)).toEqual(tables.map(({ name }) => name).sort());
  for (const table of tables) {
    const info = 'SELECT name, lower(type) AS type, "notnull", dflt_value, pk FROM pragma_table_info(?)';
    expect([table.name, rows(info, table.name)]).toEqual([table.name, columnsOf(table)]);
    const [{ sql } = {}] = rows("SELECT sql FROM sqlite_master WHERE name = ?", table.name);
    const checks = table.checks.map(({ name, value }) => `CONSTRAINT "${name}" CHECK(${textOf(value)})`);
    for (const check of checks) expect(sql).toContain(check);
    expect([table.name, String(sql).match(/\bCHECK\(/g)?.length ?? 0]).toEqual([table.name, checks.length]);
    const indexes = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL";
    expect(
      rows(indexes, table.name)
        .map((row) => row.sql)
        .sort(),
    ).toEqual([...indexesOf(table)].sort());
  }
});
