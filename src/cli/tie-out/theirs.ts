import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { Field } from "../../domain/tape/fields.ts";
import type { TableCell } from "../import/cell.ts";
import { givenCell } from "../import/mapping/category.ts";
import { tieOutMembers } from "../import/mapping/compile.ts";
import { type MappedMember, memberJson } from "../import/mapping/plan.ts";
import type { Scheme } from "../import/scheme.ts";
import { columnName, type HeaderColumn } from "../import/table/header.ts";
import type { Table } from "../import/table/table.ts";

/** The figures that a seller may state, in the order in which they are compared. */
export const FIGURES = ["outstanding", "days_past_due", "arrears", "state"] as const;
export type Figure = (typeof FIGURES)[number];

const amount: Field = { type: "amount", required: false };
const FIELDS: Readonly<Record<"disbursement_id" | Figure, Field>> = {
  disbursement_id: { type: "id", required: true },
  outstanding: amount,
  days_past_due: { type: "integer", required: false },
  arrears: amount,
  state: { type: "enum", required: false },
};

/** What a row of the file says of a loan; null for an empty cell. */
export interface TheirLoan {
  readonly line: number;
  readonly figures: Readonly<Record<Figure, string | null>>;
}

/** The rows of a seller's file, on disk: positions are read in the order of their ids. */
export class Theirs {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #mark: StatementSync;

  constructor(scratch: string) {
    this.#database = new DatabaseSync(join(scratch, "theirs"));
    this.#database.exec(
      `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
       CREATE TABLE loans (id TEXT NOT NULL, line INTEGER NOT NULL, figures TEXT NOT NULL, known INTEGER NOT NULL,
         PRIMARY KEY (id, line)) STRICT, WITHOUT ROWID; BEGIN`,
    );
    this.#insert = this.#database.prepare("INSERT INTO loans VALUES (?, ?, ?, 0)");
    this.#select = this.#database.prepare("SELECT line, figures FROM loans WHERE id = ? ORDER BY line");
    this.#mark = this.#database.prepare("UPDATE loans SET known = 1 WHERE id = ?");
  }

  add(id: string, { line, figures }: TheirLoan): void {
    this.#insert.run(id, line, JSON.stringify(figures));
  }

  /** The rows about a loan that the service knows. */
  take(id: string): readonly TheirLoan[] {
    const rows = this.#select.all(id);
    if (rows.length > 0) this.#mark.run(id);
    return rows.map((row) => ({ line: Number(row.line), figures: JSON.parse(String(row.figures)) }));
  }

  /** The loans that the service does not know. */
  *unknown(): Generator<string> {
    const rows = this.#database
      .prepare("SELECT DISTINCT id FROM loans WHERE known = 0 ORDER BY id")
      .iterate();
    for (const row of rows) yield String(row.id);
  }

  close(): void {
    this.#database.close();
  }
}

/** Where each figure comes from: the mapping's `tie_out`, else columns of the figures' names. */
export function figuresOf(
  header: readonly HeaderColumn[],
  { mapping, notation }: Pick<Scheme, "mapping" | "notation">,
  map: ReadonlyMap<string, string>,
): Result<readonly MappedMember[], string> {
  if (mapping !== null) {
    return mapping.tie_out === undefined
      ? err("The mapping has no tie_out.")
      : tieOutMembers(mapping.tie_out, FIELDS, header, notation);
  }
  const names = new Map([...map].map(([column, field]) => [columnName(column), field]));
  const members = header.flatMap(({ name: column }, index): MappedMember[] => {
    const name = names.get(column) ?? column;
    const field = name in FIELDS ? FIELDS[name as Figure] : undefined;
    return field ? [{ name, field, notation, column, given: (cells) => givenCell(cells[index]) }] : [];
  });
  if (!members.some(({ name }) => name === "disbursement_id")) {
    return err('No column is "disbursement_id"; --map "<column>=disbursement_id" names it.');
  }
  return members.length > 1 ? ok(members) : err(`No column is one of ${FIGURES.join(", ")}.`);
}

/** Reads a row's figures; an error is a sentence. */
function read(members: readonly MappedMember[], cells: readonly TableCell[], line: number) {
  const values = new Map<string, string>();
  for (const member of members) {
    const json = memberJson(member, cells, () => null);
    if (json === null) continue;
    if (!json.ok) return err(`Line ${line}: ${member.name}: ${json.error}`);
    const text = json.value.startsWith('"') ? String(JSON.parse(json.value)) : json.value;
    const isDoubtful =
      member.field.type === "amount" && /\.\d{3}$/.test(text) && member.notation.decimal === null;
    if (isDoubtful && typeof cellOf(member, cells) === "string") {
      return err(
        `Line ${line}: ${member.name}: ${text} may be thousands: say with --decimal which sign is the decimal point.`,
      );
    }
    values.set(member.name, text);
  }
  const figures = Object.fromEntries(FIGURES.map((name) => [name, values.get(name) ?? null]));
  return ok({ id: values.get("disbursement_id") ?? "", figures: figures as TheirLoan["figures"] });
}

function cellOf({ given }: MappedMember, cells: readonly TableCell[]): TableCell | null {
  const found = given(cells);
  return found !== null && "cell" in found ? found.cell : null;
}

/** Reads all rows of a table. Resolves with the sentences about rows that cannot be read. */
export async function readTheirs(
  table: Table,
  members: readonly MappedMember[],
  theirs: Theirs,
): Promise<readonly string[]> {
  const flaws: string[] = [];
  for await (const row of table.rows) {
    if ("flaw" in row) {
      flaws.push(`Line ${row.line}: ${row.flaw}`);
      continue;
    }
    const loan = read(members, row.cells, row.line);
    if (!loan.ok) flaws.push(loan.error);
    else if (loan.value.id === "") flaws.push(`Line ${row.line}: There is no disbursement_id.`);
    else theirs.add(loan.value.id, { line: row.line, figures: loan.value.figures });
  }
  return flaws;
}
