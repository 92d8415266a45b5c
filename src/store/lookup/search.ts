import type { RecordTableName, StoredRow } from "../../domain/core/lookup.ts";
import type { SoughtAmount } from "../../domain/core/sought-amount.ts";
import type { Sql } from "../d1/statement.ts";

/** Rows of a kind that one request examines (docs/api.md#search). */
const EXAMINED_MAX = 10_000;
/** As many hits of a kind are on a page. */
export const HITS_MAX = 20;

/** What is looked for. */
export interface Sought {
  readonly tenant: string;
  /** As it was sent. */
  readonly text: string;
  /** Without case and accents (domain/core/folded.ts). */
  readonly folded: string;
  readonly amounts: readonly SoughtAmount[];
}

/** A hit, or where an examination ended (`cut`): `place` is the row's id, or its sequence of creation. */
export type FoundRow = StoredRow & { readonly cut: number; readonly place: string | number };

/** How the records of a kind are searched and shown. All of it is SQL of this file: no value is in it. */
interface Kind {
  readonly id: string;
  /** Compared without ASCII case with a part of the text; of clients the column that is folded already. */
  readonly texts: readonly string[];
  readonly folded?: true;
  readonly amounts: readonly string[];
  readonly label: string;
  readonly amount: string;
  readonly date: string;
  readonly client: string;
  readonly disbursement: string;
}

const KINDS: Readonly<Record<RecordTableName, Kind>> = {
  clients: {
    id: "client_id",
    texts: ["search_text"],
    folded: true,
    amounts: [],
    label: "COALESCE(name, client_id)",
    amount: "NULL",
    date: "NULL",
    client: "client_id",
    disbursement: "NULL",
  },
  disbursements: {
    id: "disbursement_id",
    texts: ["disbursement_id"],
    amounts: ["disbursement_amount"],
    label: "kind",
    amount: "disbursement_amount",
    date: "COALESCE(disbursement_date, operation_date)",
    client: "client_id",
    disbursement: "disbursement_id",
  },
  payments: {
    id: "payment_id",
    texts: ["payment_id"],
    amounts: ["payment_total"],
    label: "status",
    amount: "payment_total",
    date: "COALESCE(payment_date, due_date)",
    client: "client_id",
    disbursement: "disbursement_id",
  },
  operations: {
    id: "operation_id",
    texts: ["operation_id", "asset_id"],
    amounts: ["operation_revenue", "operation_cost", "asset_value"],
    label: "operation_name",
    amount: "COALESCE(operation_revenue, operation_cost, asset_value)",
    date: "operation_start_date",
    client: "NULL",
    disbursement: "disbursement_id",
  },
};

const CLIENT_NAME = `(SELECT name FROM clients AS named WHERE named.tenant_id = found.tenant_id
  AND named.client_id = found.client_id AND named.deleted_at IS NULL)`;

/** The members of a hit, from the rows `found`. */
function shown(table: RecordTableName, place: string): string {
  const { id, label, amount, date, client, disbursement } = KINDS[table];
  return `0 AS cut, ${place} AS place, ${id} AS id, ${label} AS label, CAST(${amount} AS TEXT) AS amount,
    ${amount === "NULL" ? "NULL" : "currency"} AS currency, ${date} AS date, ${client} AS client_id,
    ${client === "NULL" ? "NULL" : CLIENT_NAME} AS client_name, ${disbursement} AS disbursement_id`;
}

/** The live records with this very id, also in upper or lower case: by primary key. */
export function equalIds(table: RecordTableName, { tenant, text }: Sought): Sql {
  const { id } = KINDS[table];
  return {
    sql: `SELECT ${shown(table, id)} FROM ${table} AS found WHERE tenant_id = ?1
      AND ${id} IN (SELECT value FROM json_each(?2)) AND deleted_at IS NULL ORDER BY ${id} <> ?3, ${id}`,
    params: [tenant, JSON.stringify(spellings(text)), text],
  };
}

const spellings = (text: string) => [...new Set([text, text.toUpperCase(), text.toLowerCase()])];
/** Behind every id that begins with the text: SQLite compares texts by their bytes. */
const pastThose = (text: string) => `${text}\u{10ffff}`;

/** The live records whose id begins with the text and is behind `after`: along the primary key. */
export function idsBeginning(table: RecordTableName, { tenant, text }: Sought, after: string): Sql {
  const { id } = KINDS[table];
  const range = `tenant_id = ?1 AND ${id} > ?2 AND ${id} < ?3`;
  const walk = { range, order: `${id} ASC`, place: id, holds: "deleted_at IS NULL" };
  return { sql: examined(table, walk), params: [tenant, after, pastThose(text)] };
}

/**
 * The other live records that hold the text or have the amount, created before the sequence `before`, newest first: along
 * the index by creation. Those that `equalIds` and `idsBeginning` find are left to them.
 */
export function recordsHolding(table: RecordTableName, sought: Sought, before: number): Sql {
  const { id, texts, folded, amounts } = KINDS[table];
  const parts = texts.map((column) => `instr(${folded ? column : `lower(${column})`}, ?3) > 0`);
  const listed = "(SELECT value ->> 0, CAST(value ->> 1 AS INTEGER) FROM json_each(?7))";
  // Always there, so that each kind takes ?7.
  const equal = [...amounts.map((column) => `(currency, ${column}) IN ${listed}`), "?7 IS NULL"];
  const holds = `(${[...parts, ...equal].join(" OR ")}) AND NOT (${id} >= ?4 AND ${id} < ?5)
    AND ${id} NOT IN (SELECT value FROM json_each(?6))`;
  const range = "tenant_id = ?1 AND deleted_at IS NULL AND created_seq < ?2";
  const walk = { range, order: "created_seq DESC", place: "created_seq", holds };
  const { tenant, text } = sought;
  const needle = folded ? sought.folded : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const named = sought.amounts.map(({ currency, minor }) => [currency, minor.toString()]);
  const excluded = [text, pastThose(text), JSON.stringify(spellings(text))];
  return {
    sql: examined(table, walk),
    params: [tenant, before, needle, ...excluded, JSON.stringify(named)],
  };
}

interface Walk {
  readonly range: string;
  readonly order: string;
  /** The column of the order. */
  readonly place: string;
  readonly holds: string;
}

/**
 * The hits of a bounded walk, and behind them the last row that it examines and the one after it, if there are any. SQLite
 * reads the second part only when the first has too few rows: when the walk has met its end.
 */
const examined = (table: RecordTableName, { range, order, place, holds }: Walk): string =>
  `SELECT * FROM (SELECT ${shown(table, place)} FROM (SELECT * FROM ${table} WHERE ${range} ORDER BY ${order}
    LIMIT ${EXAMINED_MAX}) AS found WHERE ${holds} LIMIT ${HITS_MAX + 1})
  UNION ALL SELECT 1, ${place}, ${Array(8).fill("NULL").join(", ")} FROM (SELECT ${place} FROM ${table}
    WHERE ${range} ORDER BY ${order} LIMIT 2 OFFSET ${EXAMINED_MAX - 1}) LIMIT ${HITS_MAX + 3}`;
