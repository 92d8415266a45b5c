import * as z from "zod";
import { DATE_OR_TIMESTAMP, documented } from "../../contract/documented.ts";
import { rowQuery } from "../../contract/known-at.ts";
import { CSV_PAGE, JSON_PAGE, listParameters } from "../../contract/lookup/query.ts";
import { isHistory, LOOKUP_TABLES, type LookupTable, type WireType } from "../../contract/lookup/tables.ts";
import { CATEGORIES, categoryOfTable } from "../../domain/tape/categories.ts";
import type { Fields } from "../../domain/tape/fields.ts";
import { answer, CSV, exactDecimal, freeObject, instant, json, uuid } from "../answers.ts";
import { fieldDescription } from "../field-descriptions.ts";
import type { Operation } from "../operation.ts";

const changed = z.object({ from: z.unknown(), to: z.unknown() });

/** The wire schema of each kind of column. */
const COLUMNS: Readonly<Record<WireType, z.ZodType>> = {
  text: z.string(),
  boolean: z.boolean(),
  integer: z.int(),
  decimal: exactDecimal,
  amount: exactDecimal,
  date: z.string().meta(documented(DATE_OR_TIMESTAMP)),
  instant,
  object: freeObject,
  clients: z.array(z.object({ client_id: z.string() })),
  ledger_loan_id: uuid,
  event_data: freeObject.meta({ ...freeObject.meta(), description: "What was sent." }),
  event_changes: z
    .record(z.string(), changed)
    .meta({ description: "The changes of an update, from and to." }),
  event_entries: z.array(uuid).meta({ description: "The journal entries that the event posted." }),
};

/** Columns that every row has; the others can be null. */
const ALWAYS = new Set(["id", "event_id", "sequence", "category", "step", "created_at", "updated_at"]);

function columnSchema(table: LookupTable, name: string, type: WireType): z.ZodType {
  const category = categoryOfTable(table.name);
  const fields: Fields = category ? CATEGORIES[category].fields : {};
  const field = fields[name];
  const known = field?.values ? z.enum([...field.values]) : COLUMNS[type];
  const described =
    category && field
      ? known.meta({ ...known.meta(), description: fieldDescription(category, name) })
      : known;
  const isSet = ALWAYS.has(name) || (field?.required === true && field.kind === undefined);
  return isSet ? described : described.nullable();
}

const capital = (name: string) =>
  name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const rowSchema = (table: LookupTable) =>
  z
    .object(
      Object.fromEntries(
        Object.entries(table.columns).map(([name, type]) => [name, columnSchema(table, name, type)]),
      ),
    )
    .meta({ id: `${capital(table.name)}Row` });

const pagination = z
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

/** The content of each table, for its title. */
const MEANINGS: Readonly<Record<LookupTable["name"], string>> = {
  clients: "clients",
  disbursements: "loans and purchases",
  payments: "payments, expected and received",
  operations: "operations and their assets",
  purchase_clients: "the clients of purchases",
  events: "the log of accepted events",
  disbursement_status: "the status of disbursements over time",
  extensions: "extensions of maturity",
  rebates: "rebates of margin",
  write_offs: "write-offs of principal",
  restructures: "changes of several terms at once",
  asset_status: "the condition of assets over time",
};

/** Both media types share the parameters; only the length of a page differs. */
function parametersOf(table: LookupTable): z.ZodObject {
  const { limit } = listParameters(table, CSV_PAGE).shape;
  const description = `Rows of a page: 1 to ${JSON_PAGE.max}, default ${JSON_PAGE.default}. For CSV up to ${CSV_PAGE.max}, the default there.`;
  return listParameters(table).extend({ limit: limit.meta({ description }) });
}

function operationsOf(table: LookupTable): readonly Operation[] {
  const row = rowSchema(table);
  const { name } = table;
  const common = { method: "get", tag: "Tables", scope: "records:read", bookmarked: true } as const;
  const what = MEANINGS[name];
  return [
    {
      ...common,
      path: `/api/tables/${name}`,
      id: `list${capital(name)}`,
      summary: `List ${what}`,
      description:
        "Answers one page of rows. Filters are equalities and are combined; unknown parameters are refused. `Accept: text/csv` answers CSV.",
      query: parametersOf(table),
      waits: isHistory(table) || name === "events",
      answers: {
        200: answer(
          "One page.",
          [json(z.object({ data: z.array(row), pagination })), CSV],
          ["Vary", "Content-Disposition", "Link", "Preference-Applied"],
        ),
      },
    },
    {
      ...common,
      path: `/api/tables/${name}/{id}`,
      id: `get${capital(name)}`,
      summary: `Read one row of ${what}`,
      description: "Answers the row with this id.",
      pathParameters: z.object({ id: z.string().meta({ description: "Id of the row, percent-encoded." }) }),
      query: rowQuery,
      answers: {
        200: answer("The row.", [json(z.object({ data: row })), CSV], ["Vary", "Content-Disposition"]),
      },
      problems: ["not_found", "too_large"],
    },
  ];
}

/** docs/api.md#lookups */
export const TABLE_OPERATIONS: readonly Operation[] = LOOKUP_TABLES.flatMap(operationsOf);
