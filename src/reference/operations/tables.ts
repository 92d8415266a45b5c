import * as z from "zod";
import { rowQuery } from "../../contract/known-at.ts";
import { pagination, rowSchema } from "../../contract/lookup/answers.ts";
import { CSV_PAGE, JSON_PAGE, listParameters } from "../../contract/lookup/query.ts";
import { isHistory, LOOKUP_TABLES, type LookupTable } from "../../contract/lookup/tables.ts";
import { answer, CSV, json } from "../answers.ts";
import { fieldDescription } from "../field-descriptions.ts";
import type { Operation } from "../operation.ts";

const capital = (name: string) =>
  name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

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
  const row = rowSchema(table, fieldDescription);
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
