import type { HistoryRow, HistoryTable, HistoryValues } from "../../domain/tape/history.ts";
import { rowWriter } from "../d1/rows.ts";
import type { Sql } from "../d1/statement.ts";
import { assetStatus, disbursementStatus, extensions, rebates, restructures, writeOffs } from "./tables.ts";

type HistoryWriters = {
  readonly [T in HistoryTable]: (
    rows: readonly ({ readonly tenant_id: string } & HistoryValues<T>)[],
  ) => readonly Sql[];
};

/** An existing row stays as it is: its key is its event. */
const WRITERS: HistoryWriters = {
  disbursement_status: rowWriter(disbursementStatus, "ignore"),
  extensions: rowWriter(extensions, "ignore"),
  rebates: rowWriter(rebates, "ignore"),
  write_offs: rowWriter(writeOffs, "ignore"),
  restructures: rowWriter(restructures, "ignore"),
  asset_status: rowWriter(assetStatus, "ignore"),
};

/** The statements that write history rows. */
export const historyStatements = (tenant: string, rows: readonly HistoryRow[]): readonly Sql[] =>
  HISTORY_TABLES.flatMap((table) => statementsFor(tenant, table, rows));

const HISTORY_TABLES = Object.keys(WRITERS) as readonly HistoryTable[];

function statementsFor<T extends HistoryTable>(
  tenant_id: string,
  table: T,
  rows: readonly HistoryRow[],
): readonly Sql[] {
  const own = rows.filter((row) => row.table === table);
  // A row's table determines its columns; the compiler cannot follow that through a filter.
  const values = own.map((row) => row.values as unknown as HistoryValues<T>);
  return WRITERS[table](values.map((columns) => ({ tenant_id, ...columns })));
}
