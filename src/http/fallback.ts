import type { Context, ErrorHandler, Handler, NotFoundHandler } from "hono";
import type { Method } from "../contract/routes/route.ts";
import { causeOf, DatabaseAway, framesOf } from "../domain/core/failure.ts";
import type { AppEnv } from "./app-env.ts";
import { preflight, servesBrowsers } from "./cors.ts";
import { renderProblem } from "./problem.ts";

/** In the order of the header `Allow`. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/**
 * Answers what is left of a path whose methods are routed already; where GET is one, HEAD is another, and OPTIONS is one
 * where browsers of other origins may call.
 */
export function methodNotAllowed(routed: readonly Method[]): Handler<AppEnv> {
  const allow = METHODS.filter((method) => routed.includes(method === "HEAD" ? "GET" : method)).join(", ");
  return (c) => {
    if (c.req.method === "OPTIONS" && servesBrowsers(c.env)) return preflight(c, allow);
    c.header("Allow", allow);
    return renderProblem(c, { code: "method_not_allowed", detail: `This route supports ${allow}.` });
  };
}

export const routeNotFound: NotFoundHandler<AppEnv> = (c) =>
  renderProblem(c, { code: "not_found", detail: "This path does not exist." });

/** The caller gets a fixed sentence, the log gets the error. */
export const unexpected: ErrorHandler<AppEnv> = (error, c: Context<AppEnv>) => {
  const { trace_id } = c.get("trace");
  const entry = {
    level: "error",
    message: "unexpected",
    trace_id,
    error: causeOf(error),
    stack: framesOf(error),
  };
  console.error(JSON.stringify(entry));
  if (error instanceof DatabaseAway) {
    return renderProblem(c, { code: "unavailable", detail: "The database did not answer. Try again later." });
  }
  return renderProblem(c, {
    code: "internal_error",
    detail: "Internal error. Quote the trace_id when you report it.",
  });
};
