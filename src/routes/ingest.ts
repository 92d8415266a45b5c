import type { AnswerOf } from "../contract/answer-types.ts";
import type { accepted } from "../contract/tape/answers.ts";
import { ingestProblem } from "../contract/tape/problems.ts";
import { CATEGORIES } from "../domain/tape/categories.ts";
import type { Category, Step } from "../domain/tape/fields.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { type AcceptedVerdict, settleWrite } from "./write.ts";

/** `POST /ingest`: one endpoint for every event (docs/api.md#ingest). */
export const ingestHandlers = {
  ingest: async (c, { body: command }) => {
    const settled = await settleWrite(c, command, (c.get("body") as { data: unknown }).data);
    if (!settled.ok) return renderProblem(c, ingestProblem(settled.error));
    const { status, location, body: answer } = ingestAnswer(settled.value);
    if (location !== null) c.header("Location", location);
    return renderJson<typeof accepted>(c, answer, status);
  },
} satisfies Partial<RouteHandlers>;

/** What an accepted event is answered with, alone or as a line of a batch. */
export function ingestAnswer({ answer, replayed }: AcceptedVerdict): {
  readonly status: 200 | 201;
  readonly location: string | null;
  readonly body: AnswerOf<typeof accepted>;
} {
  const { event_id, sequence, category, step, record_id: id, answer: warned } = answer;
  const warnings = warned === null ? [] : JSON.parse(warned);
  const event = { event_id, sequence, category: category as Category, step: step as Step, id, warnings };
  if (replayed) {
    const body = { status: "duplicate", message: "Event already processed", ...event } as const;
    return { status: 200, location: null, body };
  }
  const body = { status: "success", message: "Event processed", ...event } as const;
  if (step !== "create") return { status: 200, location: null, body };
  return { status: 201, location: locationOf(event.category, id), body };
}

/** Where a record is read. A path may not end in `.` or `..`, so a record with such an id is found by its filter. */
function locationOf(category: Category, id: string): string {
  const table = `/api/tables/${CATEGORIES[category].table}`;
  return id === "." || id === ".."
    ? `${table}?${CATEGORIES[category].idField}=${id}`
    : `${table}/${encodeURIComponent(id)}`;
}
