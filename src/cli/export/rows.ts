import { isJsonObject, parseJson } from "../../contract/json.ts";
import type { PositionLineJson, PositionsJson } from "../../contract/position/answers.ts";
import type { LookupTableName } from "../../domain/core/lookup.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed } from "../failure.ts";
import { getComplete } from "../read/get.ts";
import { type Service, sentenceOf } from "../service.ts";

/** A row of the service's answer; a number is a `LosslessNumber` with all its digits. */
export type ExportedRow = Readonly<Record<string, unknown>>;

interface Page {
  readonly rows: readonly ExportedRow[];
  readonly cursor: string | null;
}

/** One page of a list of the service. */
async function pageOf(service: Service, path: string): Promise<Result<Page, CommandFailure>> {
  const response = await service.request(path);
  if (!(response instanceof Response)) return err(failed(sentenceOf(response)));
  const body = parseJson(await response.text());
  if (!body.ok || !isJsonObject(body.value) || !Array.isArray(body.value.data)) {
    return err(failed(`The answer of ${service.url}${path} is not a list.`));
  }
  const { data, pagination } = body.value;
  // The last page of the events in order also has a cursor: for new events (docs/api.md#feed).
  const goesOn = isJsonObject(pagination) && pagination.has_more !== false;
  const cursor = goesOn ? pagination.next_cursor : null;
  return ok({ rows: data as readonly ExportedRow[], cursor: typeof cursor === "string" ? cursor : null });
}

/** All rows of a list, in the order of their creation. A failure is the last item. */
export async function* rowsOf(
  service: Service,
  table: LookupTableName,
  filter: Readonly<Record<string, string>> = {},
): AsyncGenerator<Result<ExportedRow, CommandFailure>> {
  const query = new URLSearchParams({ limit: "200", sort_by: "created_at", sort_order: "asc", ...filter });
  for (;;) {
    const page = await pageOf(service, `/api/tables/${table}?${query}`);
    if (!page.ok) {
      yield page;
      return;
    }
    for (const row of page.value.rows) yield ok(row);
    if (page.value.cursor === null) return;
    query.set("cursor", page.value.cursor);
  }
}

/** The position of every disbursement as of a day, in the order of their ids. A failure is the last item. */
export async function* positionRows(
  service: Service,
  asOf: string | undefined,
): AsyncGenerator<Result<PositionLineJson, CommandFailure>> {
  const query = new URLSearchParams({ sort_by: "disbursement_id", sort_order: "asc", limit: "200" });
  if (asOf !== undefined) query.set("as_of_date", asOf);
  for (;;) {
    const page = await getComplete<PositionsJson>(service, `/api/positions?${query}`);
    if (!page.ok) {
      yield page;
      return;
    }
    const { data, pagination } = page.value;
    for (const position of data) yield ok(position);
    if (pagination.next_cursor === undefined) return;
    query.set("cursor", pagination.next_cursor);
  }
}
