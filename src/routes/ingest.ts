import { ingestProblem } from "../contract/tape/problems.ts";
import { CATEGORIES } from "../domain/tape/categories.ts";
import type { Category } from "../domain/tape/fields.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { type Accepted, settleWrite } from "./write.ts";

/** `POST /ingest`: one endpoint for every event (docs/api.md#ingest). */
export const ingestHandlers = {
  ingest: async (c, { body: command }) => {
    const settled = await settleWrite(c, command, (c.get("body") as { data: unknown }).data);
    if (!settled.ok) return renderProblem(c, ingestProblem(settled.error));
    const { status, location, body: answer } = ingestAnswer(settled.value);
    if (location !== null) c.header("Location", location);
    return renderJson(c, answer, status);
  },
} satisfies Partial<RouteHandlers>;

/** What an accepted event is answered with, alone or as a line of a batch. */
export function ingestAnswer({ answer, replayed }: Accepted): {
  readonly status: 200 | 201;
  readonly location: string | null;
  readonly body: Readonly<Record<string, unknown>>;
} {
  const { event_id, sequence, category, step, record_id: id, answer: warned } = answer;
  const warnings: unknown = warned === null ? [] : JSON.parse(warned);
  const event = { event_id, sequence, category, step, id, warnings };
  if (replayed) {
    const body = { status: "duplicate", message: "Event already processed", ...event };
    return { status: 200, location: null, body };
  }
  const body = { status: "success", message: "Event processed", ...event };
  if (step !== "create") return { status: 200, location: null, body };
  return { status: 201, location: locationOf(category as Category, id), body };
}

/** Where a record is read. A path may not end in `.` or `..`, so a record with such an id is found by its filter. */
function locationOf(category: Category, id: string): string {
  const table = `/api/tables/${CATEGORIES[category].table}`;
  return id === "." || id === ".."
    ? `${table}?${CATEGORIES[category].idField}=${id}`
    : `${table}/${encodeURIComponent(id)}`;
}
