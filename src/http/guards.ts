import type { Context, Handler } from "hono";
import { parseBody } from "../contract/body.ts";
import {
  type ApiRoute,
  answersCsv,
  type Body,
  isWrite,
  type JsonBody,
  type Rate,
} from "../contract/routes/route.ts";
import { invalid } from "../domain/core/problem.ts";
import { ok } from "../domain/core/result.ts";
import type { AppEnv, Guard } from "./app-env.ts";
import { authorized } from "./authentication.ts";
import { jsonBodyUpTo, parsedBody } from "./body.ts";
import { variesByAccept, wantsCsv } from "./csv.ts";
import { idempotencyKey, optionalIdempotencyKey } from "./idempotency.ts";
import { ndjsonBodyOnly } from "./ndjson-body.ts";
import { precondition } from "./precondition.ts";
import { renderProblem } from "./problem.ts";
import { noQuery, query } from "./query.ts";
import { unlessReadOnly } from "./read-only.ts";

/** The rate of a list, which depends on the indexes of its table. */
export type ListRate = (c: Context<AppEnv>, route: ApiRoute) => Rate;

/** A handler behind its guards, which the first request makes: an isolate starts without those of all routes. */
export function guarded(make: () => readonly Guard[], handle: Handler<AppEnv>): Handler<AppEnv> {
  let guards: readonly Guard[] | undefined;
  return async (c, next) => {
    guards ??= make();
    for (const guard of guards) {
      const checked = guard(c);
      const refused = checked instanceof Promise ? await checked : checked;
      if (refused) return refused;
    }
    return handle(c, next);
  };
}

/** The checks of a route in the order of docs/api.md#errors: cheapest first. A route without a scope checks nothing. */
export function guardsOf(route: ApiRoute, listRate: ListRate): readonly Guard[] {
  const { scope, wider = [], also = [], body, keyed, preconditioned } = route;
  if (scope === null) return [];
  return [
    ...(body ? [readBody(body)] : []),
    authorized(scope === "any" ? [] : [scope, ...wider], rateOf(route, listRate), also),
    ...(isWrite(route) ? [unlessReadOnly] : []),
    ...(answersCsv(route) ? [variesByAccept] : []),
    checkedQuery(route),
    ...(preconditioned ? [precondition] : []),
    ...(keyed ? [keyed === "optional" ? optionalIdempotencyKey : idempotencyKey] : []),
    ...(body?.media === "application/json" ? [parsedBody, ...checkedBody(body, route)] : []),
  ];
}

const readBody = (body: Body): Guard =>
  body.media === "application/x-ndjson"
    ? ndjsonBodyOnly
    : jsonBodyUpTo("bytesMax" in body ? body.bytesMax : undefined);

function rateOf(route: ApiRoute, listRate: ListRate): Rate | ((c: Context<AppEnv>) => Rate) {
  const { rate = "usual" } = route;
  if (typeof rate === "function") return (c) => rate(c.req.query());
  return rate === "list" ? (c) => listRate(c, route) : rate;
}

function checkedQuery({ query: schema, csvQuery }: ApiRoute): Guard {
  if (!schema) return noQuery;
  const usual = query(schema);
  if (!csvQuery) return usual;
  const csv = query(csvQuery);
  return (c) => (wantsCsv(c) ? csv : usual)(c);
}

/** Checks the body, and the path where a body belongs to it: one answer lists the field errors of both. */
function checkedBody(body: JsonBody, { pathParameters }: ApiRoute): readonly Guard[] {
  if ("checkedByHandler" in body) return [];
  const check = "parse" in body ? body.parse : (value: unknown) => parseBody(body.schema, value);
  const guard: Guard = (c) => {
    const checked = check(c.get("body"));
    const path = pathParameters ? parseBody(pathParameters, c.req.param()) : ok({});
    if (checked.ok && path.ok) {
      c.set("checked_body", checked.value);
      return undefined;
    }
    const problems = [checked, path].flatMap((one) => (one.ok ? [] : [one.error]));
    const errors = problems.flatMap((problem) => problem.errors ?? []);
    return renderProblem(c, problems.find((problem) => !problem.errors) ?? invalid(errors));
  };
  return [guard];
}
