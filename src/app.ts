import { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import type { ApiRoute, Method } from "./contract/routes/route.ts";
import { ROUTES, type RouteKey } from "./contract/routes.ts";
import type { AppEnv } from "./http/app-env.ts";
import { authorized, withApiKeys } from "./http/authentication.ts";
import { crossOrigin } from "./http/cors.ts";
import { methodNotAllowed, routeNotFound, unexpected } from "./http/fallback.ts";
import { guarded, guardsOf } from "./http/guards.ts";
import { type RouteHandler, requestOf } from "./http/handler.ts";
import { requestLog } from "./http/request-log.ts";
import { API_KEY_ROWS } from "./routes/credentials.ts";
import { HANDLERS } from "./routes/handlers.ts";
import { noSuchTable } from "./routes/tables.ts";
import { listRate } from "./routes/walks.ts";

/** The paths of names that are no table: they answer which tables there are, and are no route. */
const ANY_TABLE = "/api/tables/:table/:id?";

/**
 * Every route of the table with its guards and its handler, and what else each path answers. Some of them only a trie can
 * tell apart, so an isolate that starts does not try Hono's other router first.
 */
export const app = new Hono<AppEnv>({ router: new TrieRouter() });

app.use(requestLog);
app.use(crossOrigin);
app.use(withApiKeys(API_KEY_ROWS));
app.onError(unexpected);
app.notFound(routeNotFound);

const methods = new Map<string, Method[]>();
for (const [key, route] of Object.entries<ApiRoute>(ROUTES)) {
  const pattern = route.path.replace(/\{(\w+)\}/g, ":$1");
  const handle = HANDLERS[key as RouteKey] as RouteHandler<ApiRoute>;
  const answer = guarded(
    () => guardsOf(route, listRate),
    (c) => handle(c, requestOf(c, route)),
  );
  app.on(route.method, [pattern], answer);
  methods.set(pattern, [...(methods.get(pattern) ?? []), route.method]);
}
app.get(
  ANY_TABLE,
  guarded(() => [authorized(["records:read"])], noSuchTable),
);
methods.set(ANY_TABLE, ["GET"]);
for (const [pattern, allowed] of methods) app.all(pattern, methodNotAllowed(allowed));
