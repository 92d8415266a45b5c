import { zValidator } from "@hono/zod-validator";
import type { Context } from "hono";
import type * as z from "zod";
import { describeIssues, unknownParameter } from "../contract/lookup/query.ts";
import { memberNamed } from "../contract/position/groups.ts";
import { type QuerySchema, sentParameters, takesMembers } from "../contract/routes/route.ts";
import type { AppEnv, Guard } from "./app-env.ts";
import { renderProblem } from "./problem.ts";

/** The answer to a query or a read header that is not valid. */
export const invalidQuery = (c: Context<AppEnv>, detail: string): Response =>
  renderProblem(c, { code: "invalid_query", detail });

/** Checks a query: each parameter is known, given once and well-formed. */
export function query(schema: QuerySchema): Guard {
  const names = Object.keys(sentParameters(schema).shape);
  const allowed = takesMembers(schema) ? [...names, "info.<member>", "client_info.<member>"] : names;
  const validate = zValidator("query", schema, (result, untyped) => {
    // The validator knows nothing of the environment; its context is this app's all the same.
    const c = untyped as unknown as Context<AppEnv>;
    if (!result.success) {
      return invalidQuery(c, describeIssues(result.error.issues as z.core.$ZodIssue[], allowed));
    }
    return refuseUnknown(c, allowed);
  });
  return async (c) => (await validate(c as never, nothing)) ?? undefined;
}

/** In the place of what would follow a middleware. */
const nothing = async (): Promise<void> => {};

/** For a route that takes no query. */
export const noQuery: Guard = (c) => refuseUnknown(c, []);

/** Hono passes over a parameter with an empty name, so the schema never sees it. */
function refuseUnknown(c: Context<AppEnv>, allowed: readonly string[]): Response | undefined {
  if (!c.req.url.includes("?")) return undefined;
  const names = [...new URL(c.req.url).searchParams.keys()];
  const unknown = names.find((name) => !isAllowed(name, allowed));
  return unknown === undefined ? undefined : invalidQuery(c, unknownParameter(unknown, allowed));
}

const isAllowed = (name: string, allowed: readonly string[]): boolean => {
  const member = memberNamed(name);
  return allowed.includes(member ? `${member.of}.<member>` : name);
};
