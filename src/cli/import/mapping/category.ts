import { LOOKUP_TABLES } from "../../../contract/lookup/tables.ts";
import { err, ok, type Result } from "../../../domain/core/result.ts";
import { CATEGORIES } from "../../../domain/tape/categories.ts";
import type { Category, Field } from "../../../domain/tape/fields.ts";
import { cellText, type TableCell } from "../cell.ts";
import type { HeaderColumn } from "../table/header.ts";
import { type Notation, unguarded } from "../values/value.ts";
import type { Given, MappedMember, RowPlan } from "./plan.ts";

/** A table whose columns are the fields of one category. */
interface CategoryColumns {
  readonly category: Category;
  /** The field that each renamed column fills; empty for an ignored column. */
  readonly map: ReadonlyMap<string, string>;
}

const TEXT: Field = { type: "text", required: false };

/** Every field that a file of this category may fill. */
export function knownFields(category: Category): ReadonlyMap<string, Field> {
  const { fields, eventFields, ignored = [] } = CATEGORIES[category];
  const texts = ignored.map((name) => [name, TEXT] as const);
  return new Map([...Object.entries({ ...fields, ...eventFields?.fields }), ...texts]);
}

/** A cell, or nothing where it is empty: the field is not sent. */
export const givenCell = (cell: TableCell | undefined): Given =>
  cell === undefined || cellText(cell) === "" ? null : { cell };

/**
 * The plan of a table of one category, or a sentence about an unusable header. Columns that only the service fills, such
 * as `created_at`, are not sent, so that an exported table can be imported.
 */
export function categoryPlan(
  { category, map }: CategoryColumns,
  header: readonly HeaderColumn[],
  notation: Notation,
): Result<RowPlan, string> {
  const known = knownFields(category);
  const made = LOOKUP_TABLES.find((table) => table.name === CATEGORIES[category].table)?.columns ?? {};
  const members: MappedMember[] = [];
  const places = new Map<string, number>();
  const [unknown, unsent, unnamed]: [string[], string[], { name: string; index: number }[]] = [[], [], []];
  for (const [index, { name: column, isUnnamed }] of header.entries()) {
    const name = map.get(column) ?? column;
    const field = known.get(name);
    if (name === "") continue;
    if (field === undefined && name !== "step" && name !== "idempotency_key") {
      if (name in made) unsent.push(column);
      else if (isUnnamed) unnamed.push({ name, index });
      else unknown.push(column);
      continue;
    }
    if (places.has(name)) return err(`Two columns fill "${name}".`);
    places.set(name, index);
    if (field) members.push({ name, field, notation, column, given: (cells) => givenCell(cells[index]) });
  }
  if (unknown.length > 0) return err(unknownColumns(unknown, category));
  const { idField } = CATEGORIES[category];
  if (!places.has(idField)) return err(`No column fills "${idField}".`);
  const textIn = (name: string) => (cells: readonly TableCell[]) => {
    const index = places.get(name);
    return index === undefined ? "" : unguarded(cellText(cells[index]));
  };
  const [step, key] = [textIn("step"), textIn("idempotency_key")];
  const event = {
    category,
    step: (cells: readonly TableCell[]) => step(cells) || "create",
    key: (cells: readonly TableCell[]) => key(cells) || null,
    when: () => true,
    members,
    takesRest: false,
    isShared: false,
  };
  return ok({ events: [event], rest: [], isRestOfRow: false, unnamed, unsent });
}

function unknownColumns(columns: readonly string[], category: Category): string {
  const [first = ""] = columns;
  const leave = `--map "${first}=" leaves it out`;
  if (columns.length === 1) {
    return `The column "${first}" is no field of category ${category}; --map "${first}=<field>" renames it, ${leave}.`;
  }
  const names = columns.map((column) => `"${column}"`).join(", ");
  return `The columns ${names} are no fields of category ${category}; --map "${first}=<field>" renames one, ${leave}.`;
}
