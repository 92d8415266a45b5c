import type { Context } from "hono";
import type { AnswerOf } from "../contract/answer-types.ts";
import type { facility, facilityDeleted, facilityList, facilityPut } from "../contract/facility/answers.ts";
import type { FacilitiesQuery } from "../contract/facility/query.ts";
import { facilityView } from "../contract/facility/view.ts";
import { isJsonObject } from "../contract/json.ts";
import type { FacilityAnswer, FacilityCommand } from "../domain/facility/facility.ts";
import type { AppEnv } from "../http/app-env.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { etagOf } from "../http/precondition.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { findFacility, listFacilities } from "../reads/facility.ts";
import { ask } from "./read.ts";
import { bounded } from "./survey-answers.ts";
import { settleWrite } from "./write.ts";

/** Facilities (docs/api.md#facilities). */
export const facilityHandlers = {
  putFacility: async (c, { path: { facility_id }, body }) => {
    const command: FacilityCommand = {
      type: "facility",
      step: "put",
      facility_id,
      expected: c.get("expected"),
      ...body,
    };
    const settled = await settleWrite(c, command, { facility_id, ...objectOf(c.get("body")) });
    if (!settled.ok) return renderProblem(c, settled.error);
    const { answer, replayed } = settled.value;
    const { event_id, sequence } = answer;
    const { is_new, effective_date } = answerOf(answer.answer);
    if (effective_date === null) throw new Error("terms hold from a day");
    const data = facilityView({ facility_id, sequence, effective_date, terms: body.terms });
    const isCreated = is_new && !replayed;
    if (isCreated) c.header("Location", `/api/facilities/${encodeURIComponent(facility_id)}`);
    return renderJson<typeof facilityPut>(c, { event_id, sequence, data }, isCreated ? 201 : 200);
  },
  deleteFacility: async (c, { path: { facility_id } }) => {
    const expected = c.get("expected");
    const command: FacilityCommand = { type: "facility", step: "delete", facility_id, expected };
    const settled = await settleWrite(c, command, { facility_id });
    if (!settled.ok) return renderProblem(c, settled.error);
    const { event_id, sequence } = settled.value.answer;
    return renderJson<typeof facilityDeleted>(c, { event_id, sequence });
  },
  listFacilities: (c, { query }) => answerList(c, query),
  getFacility: async (c, { path: { facility_id }, query }) => {
    const tenant = c.get("principal").tenant_id;
    const found = await ask(c, (db) => findFacility(db, tenant, facility_id, query));
    if (!found.ok) return renderProblem(c, found.error);
    // What held on another day, or was known then, is not what a change would replace.
    const isPresent = query.as_of_date === undefined && query.known_at === undefined;
    if (isPresent) c.header("ETag", etagOf(found.value.sequence));
    return renderJson<typeof facility>(c, { data: facilityView(found.value) });
  },
} satisfies Partial<RouteHandlers>;

/** The body of a request that was checked. */
const objectOf = (body: unknown): object => (isJsonObject(body) ? body : {});

/** What an event of a facility keeps for its answer. */
function answerOf(text: string | null): FacilityAnswer {
  if (text === null) throw new Error("an event of a facility keeps its answer");
  return JSON.parse(text);
}

const LIMIT_DEFAULT = 200;

async function answerList(c: Context<AppEnv>, query: FacilitiesQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const limit = query.limit ?? LIMIT_DEFAULT;
  const found = await ask(c, (db) => listFacilities(db, tenant, { ...query, limit }));
  if (!found.ok) return renderProblem(c, found.error);
  const { next_cursor } = found.value;
  const pagination: AnswerOf<typeof facilityList>["pagination"] = {
    limit,
    has_more: next_cursor !== undefined,
    next_cursor,
  };
  const data = found.value.facilities.map(facilityView);
  return bounded(c, renderJson<typeof facilityList>(c, { data, pagination }), "Ask with a smaller limit.");
}
