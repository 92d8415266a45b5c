import * as z from "zod";
import { CATEGORIES, categoryOfTable } from "../../domain/tape/categories.ts";
import type { Category, Fields } from "../../domain/tape/fields.ts";
import type { ParsedOf } from "../answer-types.ts";
import { dateOrTimestamp, exactDecimal, freeObject, instant, uuid } from "../answer-values.ts";
import type { LookupTable, WireType } from "./tables.ts";

const changed = z.object({ from: z.unknown().optional(), to: z.unknown() });

/** The wire schema of each kind of column. */
const COLUMNS: Readonly<Record<WireType, z.ZodType>> = {
  text: z.string(),
  boolean: z.boolean(),
  integer: z.int(),
  decimal: exactDecimal,
  amount: exactDecimal,
  date: dateOrTimestamp,
  instant,
  object: freeObject,
  clients: z.array(z.object({ client_id: z.string() })),
  ledger_loan_id: uuid,
  event_data: freeObject.meta({ ...freeObject.meta(), description: "What was sent." }),
  event_changes: z.record(z.string(), changed).meta({
    description:
      "The changes of an update, from and to. Of a field that may be about another person only `to`.",
  }),
  event_entries: z.array(uuid).meta({ description: "The journal entries that the event posted." }),
};

/** Columns that every row has; the others can be null. */
const ALWAYS = new Set(["id", "event_id", "sequence", "category", "step", "created_at", "updated_at"]);

/** What the reference says of a field of a record. */
type Describe = (category: Category, name: string) => string;

function columnSchema(table: LookupTable, name: string, type: WireType, describe: Describe): z.ZodType {
  const category = categoryOfTable(table.name);
  const fields: Fields = category ? CATEGORIES[category].fields : {};
  const field = fields[name];
  const known = field?.values ? z.enum([...field.values]) : COLUMNS[type];
  const described =
    category && field ? known.meta({ ...known.meta(), description: describe(category, name) }) : known;
  const isSet =
    ALWAYS.has(name) || (field?.required === true && field.kind === undefined && !field.unlessAnonymous);
  return isSet ? described : described.nullable();
}

const rowName = (name: string) =>
  `${name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Row`;

/** `GET /api/tables/{table}/{id}` (docs/api.md#lookups): the row of a table, made of its columns. */
export const rowSchema = (table: LookupTable, describe: Describe) =>
  z
    .object(
      Object.fromEntries(
        Object.entries(table.columns).map(([name, type]) => [
          name,
          columnSchema(table, name, type, describe),
        ]),
      ),
    )
    .meta({ id: rowName(table.name) });

export type RowJson = ParsedOf<ReturnType<typeof rowSchema>>;

/** What a page of rows says of itself and of the next one. */
export const pagination = z
  .object({
    limit: z.int(),
    has_more: z.boolean(),
    next_cursor: z.string().optional().meta({ description: "Send it as `cursor` for the next page." }),
    searched_all: z.literal(false).optional().meta({
      description: "Present when the page ended before all rows were examined; continue with `next_cursor`.",
    }),
    total: z.int().optional().meta({ description: "With `include_count=true`; counts to 10,000." }),
    total_pages: z.int().optional(),
    history_sequence: z
      .int()
      .optional()
      .meta({ description: "History tables: every event up to this sequence has its history." }),
    total_capped: z.literal(true).optional().meta({ description: "There may be more rows than `total`." }),
  })
  .meta({ id: "Pagination" });

/** `GET /api/tables/{table}`. */
export const rowPage = <Row extends z.ZodType>(row: Row) => z.object({ data: z.array(row), pagination });
export type PageJson = ParsedOf<ReturnType<typeof rowPage<ReturnType<typeof rowSchema>>>>;
