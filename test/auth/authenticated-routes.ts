import type { ApiRoute, Method } from "../../src/contract/routes/route.ts";
import { ROUTES } from "../../src/contract/routes.ts";
import type { Scope } from "../../src/contract/scopes.ts";

/** A route behind the token: its pattern in the router, a request that reaches it, and the scope that it needs. */
export interface AuthenticatedRoute {
  readonly method: Method;
  readonly pattern: string;
  readonly path: string;
  readonly scope: Scope;
  readonly mediaType?: string;
  /** Scopes that allow it too, because they allow more. */
  readonly wider?: readonly Scope[];
  /** Scopes that it needs too. */
  readonly also?: readonly Scope[];
}

/** Values of the parameters in paths. */
const SAMPLES: Readonly<Record<string, string>> = {
  id: "019a0000-0000-7000-8000-000000000000",
  loan_id: "0b9f8a6e-0000-4000-8000-000000000000",
  disbursement_id: "L-1",
  account_code: "1100",
  bank_account_ref: "main",
};

const ofTable = ({
  method,
  path,
  scope,
  wider = [],
  also = [],
  body,
  table,
}: ApiRoute): readonly AuthenticatedRoute[] => {
  if (scope === null || scope === "any" || (table && table.name !== "clients")) return [];
  const mediaType = body && { mediaType: body.media };
  const pattern = path.replace("/tables/clients", "/tables/:table").replace(/\{(\w+)\}/g, ":$1");
  const sample = path.replace(/\{(\w+)\}/g, (_, name: string) => SAMPLES[name] ?? "x");
  return [{ method, pattern, path: sample, scope, wider, also, ...mediaType }];
};

/** Every route of the contract that needs a token, one table for all lookups; docs/api.md#tokens has the same scopes. */
export const AUTHENTICATED_ROUTES: readonly AuthenticatedRoute[] = [
  ...Object.values<ApiRoute>(ROUTES).flatMap(ofTable),
  {
    method: "GET",
    pattern: "/api/tables/:table/:id?",
    path: "/api/tables/no_such_table",
    scope: "records:read",
  },
];

/** Routes that take any valid token of the tenant. */
export const ROUTES_OF_ANY_TOKEN = Object.values<ApiRoute>(ROUTES).flatMap(({ scope, method, path }) =>
  scope === "any" ? [{ method, pattern: path }] : [],
);

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
