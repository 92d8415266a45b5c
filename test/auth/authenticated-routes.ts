import type { Scope } from "../../src/contract/scopes.ts";

/** A route behind the token: its pattern in the router, a request that reaches it, and the scope that it needs. */
export interface AuthenticatedRoute {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly pattern: string;
  readonly path: string;
  readonly scope: Scope;
  readonly mediaType?: string;
  /** Scopes that allow it too, because they allow more. */
  readonly wider?: readonly Scope[];
}

const get = (
  pattern: string,
  path: string,
  scope: Scope,
  ...wider: readonly Scope[]
): AuthenticatedRoute => ({ method: "GET", pattern, path, scope, wider });
const post = (path: string, scope: Scope): AuthenticatedRoute => ({
  method: "POST",
  pattern: path,
  path,
  scope,
});

const ENTRY = "019a0000-0000-7000-8000-000000000000";

/** The table of scopes in docs/api.md#tokens, route by route. */
export const AUTHENTICATED_ROUTES: readonly AuthenticatedRoute[] = [
  post("/ingest", "ingest:write"),
  { ...post("/ingest/batch", "ingest:write"), mediaType: "application/x-ndjson" },
  get("/api/tables/:table", "/api/tables/clients", "records:read"),
  get("/api/tables/:table/:id", "/api/tables/clients/C-1", "records:read"),
  get("/api/tables/:table/:id?", "/api/tables/no_such_table", "records:read"),
  get("/api/positions", "/api/positions", "positions:read", "records:read"),
  get("/api/positions/:disbursement_id", "/api/positions/L-1", "positions:read", "records:read"),
  get("/api/portfolio", "/api/portfolio", "positions:read", "records:read"),
  get("/api/quality", "/api/quality", "positions:read", "records:read"),
  post("/v1/disbursements", "hpts:disbursements:write"),
  post("/v1/disbursement-settlements", "hpts:disbursements:write"),
  post("/v1/payments", "hpts:payments:write"),
  post("/v1/suspense-applications", "hpts:payments:write"),
  post("/v1/recoveries", "hpts:payments:write"),
  post("/v1/fees", "hpts:fees:write"),
  post("/v1/fee-waivers", "hpts:fees:write"),
  post("/v1/accruals/batch", "hpts:accruals:write"),
  post("/v1/accruals/preview", "hpts:accruals:write"),
  post("/v1/charge-offs", "hpts:adjustments:write"),
  post("/v1/funding", "hpts:adjustments:write"),
  post("/v1/reversals", "hpts:reversals:write"),
  {
    ...post("/v1/bank-balances/main", "hpts:reconciliation:write"),
    method: "PUT",
    pattern: "/v1/bank-balances/:bank_account_ref",
  },
  get("/v1/journal-entries", "/v1/journal-entries?format=hledger", "hpts:ledger:read"),
  get("/v1/journal-entries/:id", `/v1/journal-entries/${ENTRY}`, "hpts:ledger:read"),
  get(
    "/v1/loans/:loan_id/journal-entries",
    "/v1/loans/0b9f8a6e-0000-4000-8000-000000000000/journal-entries",
    "hpts:ledger:read",
  ),
  get(
    "/v1/loans/:loan_id/balance",
    "/v1/loans/0b9f8a6e-0000-4000-8000-000000000000/balance",
    "hpts:balances:read",
  ),
  get(
    "/v1/loans/:loan_id/statement",
    "/v1/loans/0b9f8a6e-0000-4000-8000-000000000000/statement",
    "hpts:ledger:read",
  ),
  get("/v1/reconciliation/status", "/v1/reconciliation/status", "hpts:reconciliation:read"),
  post("/v1/reconciliation/checks", "hpts:reconciliation:write"),
  get("/v1/accounts", "/v1/accounts", "hpts:balances:read"),
  get("/v1/trial-balance", "/v1/trial-balance?currency=USD", "hpts:balances:read"),
  get("/v1/bookkeeping", "/v1/bookkeeping", "hpts:ledger:read"),
  { ...post("/v1/bookkeeping", "hpts:adjustments:write"), method: "PUT" },
  get("/v1/bookkeeping/exceptions", "/v1/bookkeeping/exceptions", "hpts:ledger:read"),
  get("/v1/bookkeeping/proof", "/v1/bookkeeping/proof", "hpts:reconciliation:read"),
  get("/v1/accounts/:account_code/balance", "/v1/accounts/1100/balance?currency=USD", "hpts:balances:read"),
  get("/v1/webhook-endpoints", "/v1/webhook-endpoints", "webhooks:manage"),
  post("/v1/webhook-endpoints", "webhooks:manage"),
  ...(["GET", "PATCH", "DELETE"] as const).map((method) => ({
    ...get("/v1/webhook-endpoints/:endpoint_id", "/v1/webhook-endpoints/x", "webhooks:manage"),
    method,
  })),
  ...["rotate-secret", "test", "replay"].map((action) => ({
    ...post(`/v1/webhook-endpoints/x/${action}`, "webhooks:manage"),
    pattern: `/v1/webhook-endpoints/:endpoint_id/${action}`,
  })),
];

/** A request for the route that only its token, or the lack of one, can make fail at the door. */
export function requestFor(route: AuthenticatedRoute, authorization: string | undefined): RequestInit {
  const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization };
  const { method } = route;
  if (method === "GET" || method === "DELETE") return { method, headers };
  return {
    method,
    headers: { ...headers, "Content-Type": route.mediaType ?? "application/json" },
    body: "{}",
  };
}
