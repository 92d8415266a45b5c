import { Hono } from "hono";
import type { AppEnv } from "./http/app-env.ts";
import { authentication } from "./http/authentication.ts";
import { methodNotAllowed, routeNotFound, unexpected } from "./http/fallback.ts";
import { requestLog } from "./http/request-log.ts";
import { healthRoutes } from "./routes/health.ts";
import { ingestRoutes } from "./routes/ingest.ts";
import { problemRoutes } from "./routes/problems.ts";
import { tableRoutes } from "./routes/tables.ts";

/** Every route of the service, and what else each path answers. */
export const app = new Hono<AppEnv>();

app.use(requestLog);
app.onError(unexpected);
app.notFound(routeNotFound);

app.route("/ingest", ingestRoutes);
app.all("/ingest", methodNotAllowed("POST"));

app.get("/api/tables/*", authentication);
app.route("/api/tables", tableRoutes);
app.all("/api/tables/:table/:id?", methodNotAllowed("GET, HEAD"));

app.route("/v1/health", healthRoutes);
app.all("/v1/health/:probe{live|ready}", methodNotAllowed("GET, HEAD"));
app.route("/problems", problemRoutes);
app.all("/problems/:code?", methodNotAllowed("GET, HEAD"));
