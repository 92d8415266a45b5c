import { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import type { AppEnv } from "./http/app-env.ts";
import { methodNotAllowed, routeNotFound, unexpected } from "./http/fallback.ts";
import { requestLog } from "./http/request-log.ts";
import { bookkeepingRoutes } from "./routes/bookkeeping.ts";
import { healthRoutes } from "./routes/health.ts";
import { ingestRoutes } from "./routes/ingest.ts";
import { ingestBatchRoutes } from "./routes/ingest-batch.ts";
import { accountRoutes, trialBalanceRoutes } from "./routes/ledger-accounts.ts";
import { accrualRoutes } from "./routes/ledger-accruals.ts";
import { journalRoutes, loanRoutes } from "./routes/ledger-reads.ts";
import { reconciliationRoutes } from "./routes/ledger-reconciliation.ts";
import { ledgerWriteRoutes } from "./routes/ledger-writes.ts";
import { pageRoutes } from "./routes/pages.ts";
import { portfolioRoutes } from "./routes/portfolio.ts";
import { positionRoutes } from "./routes/positions.ts";
import { problemRoutes } from "./routes/problems.ts";
import { qualityRoutes } from "./routes/quality.ts";
import { tableRoutes } from "./routes/tables.ts";
import { webhookRoutes } from "./routes/webhooks.ts";

/**
 * Every route of the service, and what else each path answers. Some of them only a trie can tell apart, so an isolate that
 * starts does not try Hono's other router first.
 */
export const app = new Hono<AppEnv>({ router: new TrieRouter() });

app.use(requestLog);
app.onError(unexpected);
app.notFound(routeNotFound);

app.route("/ingest", ingestRoutes);
app.all("/ingest", methodNotAllowed("POST"));
app.route("/ingest/batch", ingestBatchRoutes);
app.all("/ingest/batch", methodNotAllowed("POST"));

app.route("/api/tables", tableRoutes);
app.all("/api/tables/:table/:id?", methodNotAllowed("GET, HEAD"));

app.route("/api/positions", positionRoutes);
app.all("/api/positions/:disbursement_id?", methodNotAllowed("GET, HEAD"));
app.route("/api/portfolio", portfolioRoutes);
app.all("/api/portfolio", methodNotAllowed("GET, HEAD"));
app.route("/api/quality", qualityRoutes);
app.all("/api/quality", methodNotAllowed("GET, HEAD"));

app.route("/", ledgerWriteRoutes);
app.route("/v1/accruals", accrualRoutes);
app.all("/v1/accruals/preview", methodNotAllowed("POST"));

app.route("/v1/journal-entries", journalRoutes);
app.all("/v1/journal-entries/:id?", methodNotAllowed("GET, HEAD"));
app.route("/v1/loans", loanRoutes);
app.all("/v1/loans/:loan_id/:view{journal-entries|statement|balance}", methodNotAllowed("GET, HEAD"));
app.route("/v1/accounts", accountRoutes);
app.all("/v1/accounts", methodNotAllowed("GET, HEAD"));
app.all("/v1/accounts/:account_code/balance", methodNotAllowed("GET, HEAD"));
app.route("/v1/trial-balance", trialBalanceRoutes);
app.all("/v1/trial-balance", methodNotAllowed("GET, HEAD"));
app.route("/v1/reconciliation", reconciliationRoutes);
app.all("/v1/reconciliation/status", methodNotAllowed("GET, HEAD"));
app.all("/v1/reconciliation/checks", methodNotAllowed("POST"));

app.route("/v1/bookkeeping", bookkeepingRoutes);
app.all("/v1/bookkeeping", methodNotAllowed("GET, HEAD, PUT"));
app.all("/v1/bookkeeping/:view{exceptions|proof}", methodNotAllowed("GET, HEAD"));

app.route("/v1/webhook-endpoints", webhookRoutes);
app.all("/v1/webhook-endpoints", methodNotAllowed("GET, HEAD, POST"));
app.all("/v1/webhook-endpoints/:endpoint_id", methodNotAllowed("GET, HEAD, PATCH, DELETE"));
app.all("/v1/webhook-endpoints/:endpoint_id/:action{rotate-secret|test|replay}", methodNotAllowed("POST"));

app.route("/v1/health", healthRoutes);
app.all("/v1/health/:probe{live|ready}", methodNotAllowed("GET, HEAD"));
app.route("/problems", problemRoutes);
app.all("/problems/:code?", methodNotAllowed("GET, HEAD"));
app.route("/", pageRoutes);
for (const path of ["/", "/console", "/docs", "/openapi.json"]) app.all(path, methodNotAllowed("GET, HEAD"));
