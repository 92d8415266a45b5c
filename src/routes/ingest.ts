import { Hono } from "hono";
import { ingestProblem, parseIngest } from "../contract/tape/ingest.ts";
import { type Category, RECORD_TABLES, RECORDS } from "../domain/tape/fields.ts";
import type { AppEnv } from "../http/app-env.ts";
import { jsonWrite } from "../http/json-write.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { settleWrite } from "./write.ts";

/** `POST /ingest`: one endpoint for every event (docs/api.md#ingest). */
export const ingestRoutes = new Hono<AppEnv>().post("/", ...jsonWrite("ingest:write"), async (c) => {
  const body = c.get("body");
  const command = parseIngest(body);
  if (!command.ok) return renderProblem(c, command.error);
  const settled = await settleWrite(c, command.value, (body as { data: unknown }).data);
  if (!settled.ok) return renderProblem(c, ingestProblem(settled.error));
  const { event_id, sequence, category, step, record_id: id, answer: warned } = settled.value.answer;
  const warnings: unknown = warned === null ? [] : JSON.parse(warned);
  if (settled.value.replayed) {
    const message = "Event already processed";
    return renderJson(c, { status: "duplicate", message, event_id, sequence, category, step, id, warnings });
  }
  if (step === "create") {
    c.header("Location", locationOf(category as Category, id));
  }
  const message = "Event processed";
  const success = { status: "success", message, event_id, sequence, category, step, id, warnings };
  return renderJson(c, success, step === "create" ? 201 : 200);
});

/** Where a record is read. A path may not end in `.` or `..`, so a record with such an id is found by its filter. */
function locationOf(category: Category, id: string): string {
  const table = `/api/tables/${RECORD_TABLES[category]}`;
  return id === "." || id === ".."
    ? `${table}?${RECORDS[category].idField}=${id}`
    : `${table}/${encodeURIComponent(id)}`;
}
