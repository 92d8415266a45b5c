import * as z from "zod";
import { rowPage, rowSchema } from "../../contract/lookup/answers.ts";
import { LOOKUP_TABLES, type LookupTable } from "../../contract/lookup/tables.ts";
import { LOOKUP_ROUTES, perTable } from "../../contract/routes/lookup.ts";
import type { ApiRoute } from "../../contract/routes/route.ts";
import { fieldDescription } from "../field-descriptions.ts";
import { operationsOf } from "../operation.ts";

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

const ROWS = new Map(LOOKUP_TABLES.map((table) => [table.name, rowSchema(table, fieldDescription)]));

/** The schemas of a table's answers. */
function answersOf({ table }: ApiRoute) {
  const row = (table && ROWS.get(table.name)) ?? z.never();
  return { row: z.object({ data: row }), page: rowPage(row) };
}

const listWords = ({ name }: LookupTable) => ({
  summary: `List ${MEANINGS[name]}`,
  description:
    "Answers one page of rows. Filters are equalities and are combined; unknown parameters are refused. `Accept: text/csv` answers CSV.",
  answers: { 200: "One page." },
});

const rowWords = ({ name }: LookupTable) => ({
  summary: `Read one row of ${MEANINGS[name]}`,
  description: "Answers the row with this id.",
  answers: { 200: "The row." },
});

/** docs/api.md#lookups */
export const TABLE_OPERATIONS = operationsOf({
  tag: "Tables",
  routes: LOOKUP_ROUTES,
  answersOf,
  words: perTable(listWords, rowWords),
});
