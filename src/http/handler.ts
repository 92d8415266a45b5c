import type { Context } from "hono";
import type * as z from "zod";
import type { ApiRoute, Body } from "../contract/routes/route.ts";
import type { ROUTES, RouteKey } from "../contract/routes.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { AppEnv } from "./app-env.ts";

type ParametersIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParametersIn<Rest>
  : never;

type CheckedQuery<R extends ApiRoute> = R extends { readonly query: infer Q extends z.ZodType }
  ? z.output<Q>
  : undefined;

type CheckedBody<B extends Body> = B extends { readonly checkedByHandler: true }
  ? unknown
  : B extends { readonly schema: infer Schema extends z.ZodType }
    ? z.output<Schema>
    : B extends { readonly parse: (body: unknown) => Result<infer Parsed, Problem> }
      ? Parsed
      : undefined;

/** What a route asks of its handler: parsed as its line of the table says, after all guards. */
export interface RouteRequest<R extends ApiRoute = ApiRoute> {
  readonly route: R;
  readonly path: Readonly<Record<ParametersIn<R["path"]>, string>>;
  readonly query: CheckedQuery<R>;
  readonly body: R extends { readonly body: infer B extends Body } ? CheckedBody<B> : undefined;
}

export type RouteHandler<R extends ApiRoute> = (
  c: Context<AppEnv>,
  asked: RouteRequest<R>,
) => Response | Promise<Response>;

/** A handler for each route of the table: one that is forgotten does not compile. */
export type RouteHandlers = { readonly [Key in RouteKey]: RouteHandler<(typeof ROUTES)[Key]> };

/** What the guards of a route have left for its handler. */
export const requestOf = (c: Context<AppEnv>, route: ApiRoute): RouteRequest => ({
  route,
  path: c.req.param(),
  query: c.req.valid("query" as never),
  body: c.get("checked_body") as never,
});
