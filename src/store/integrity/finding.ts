import { type SQL, sql } from "drizzle-orm";
import { isAccountCode } from "../../domain/ledger/accounts.ts";
import type { FigureTable, PlacedFinding } from "../../domain/ledger/integrity.ts";

/** The findings that one query answers at most: more would only repeat that much is wrong. */
export const FINDINGS_MAX = 500;

/** What a finding says, each as an expression of text. */
interface Told {
  readonly book?: string;
  /** Codes of accounts, each followed by a space: one finding for each, or one without an account. */
  readonly accounts?: string;
  readonly currency?: string;
  readonly day?: string;
  readonly entry?: string;
  /** The entry's place, as two expressions. */
  readonly place?: string;
}

/** The one column of a query of findings: the JSON text that `toFindings` reads. */
export function finding(table: FigureTable, told: Told): SQL {
  const { book = "''", accounts = "''", currency = "''", day = "''", entry = "''", place } = told;
  const members = [`'${table}'`, book, accounts, currency, day, entry, place ?? "NULL, NULL"];
  return sql.raw(`json_array(${members.join(", ")}) AS row`);
}

/** True for an entry (`alias`) that no entry reverses. */
export const isStanding = (alias: string): SQL =>
  sql.raw(`NOT EXISTS (SELECT 1 FROM journal_entries AS undone INDEXED BY an_entry_is_reversed_once
    WHERE undone.tenant_id = ${alias}.tenant_id
    AND undone.reverses_sequence = ${alias}.sequence AND undone.reverses_position = ${alias}.position)`);

/** True for an event (`alias`) of a record that books it. */
export const booksRecord = (alias: string): SQL =>
  sql.raw(`(${alias}.category <> 'ledger' OR ${alias}.step = 'opening')`);

/** The weight of the upper half of a sum (store/ledger/rows.ts). */
const HALF = "1000000000";

/** True where a 64-bit value is not the sum of halves `hi` and `lo`, whose product alone may exceed 64 bits. */
export const differs = (value: string, hi: string, lo: string): string =>
  `((COALESCE(${value}, 0) / ${HALF} - COALESCE(${hi}, 0)) * ${HALF}
    + (COALESCE(${value}, 0) % ${HALF} - COALESCE(${lo}, 0)) <> 0)`;

/** The sum of amounts, each times a factor of -1, 0 or 1, in halves. */
export const halves = (factor: string, amount: string, name: string): string =>
  `SUM((${factor}) * (${amount} / ${HALF})) AS ${name}_hi, SUM((${factor}) * (${amount} % ${HALF})) AS ${name}_lo`;

/** True for keys behind `after` and up to `end`; null at the end of the table. */
export function isBetween(
  columns: readonly string[],
  after: readonly (string | number)[],
  end: readonly (string | number)[] | null,
): SQL {
  const key = sql.raw(`(${columns.join(", ")})`);
  const valuesOf = (values: readonly (string | number)[]) =>
    sql`(${sql.join(
      values.map((value) => (typeof value === "number" ? sql`CAST(${value} AS INTEGER)` : sql`${value}`)),
      sql`, `,
    )})`;
  const lower = after.length > 0 ? sql`${key} > ${valuesOf(after)}` : sql`true`;
  return end === null ? lower : sql`${lower} AND ${key} <= ${valuesOf(end)}`;
}

type Row = readonly [FigureTable, string, string, string, string, string, number | null, number | null];

/** The findings of a query's rows: one for each account, or one without. */
export const toFindings = (rows: readonly { readonly row?: unknown }[]): readonly PlacedFinding[] =>
  rows.flatMap(({ row }) => {
    const [table, book, accounts, currency, day, entry, sequence, position]: Row = JSON.parse(String(row));
    const codes = accounts.split(" ").filter((code) => code !== "");
    const place = sequence === null || position === null ? null : { sequence, position };
    return (codes.length > 0 ? codes : [""]).map((code) => {
      const account = isAccountCode(code) ? code : "";
      return { table, book, account, currency, day, entry, place };
    });
  });
