import type { Scope } from "../contract/scopes.ts";
import { authorized } from "./authentication.ts";
import { jsonBodyOnly, parsedBody } from "./body.ts";
import { idempotencyKey } from "./idempotency.ts";
import { noQuery } from "./query.ts";

export type { Scope };

/** The checks of a route that writes one JSON body, in the order of docs/api.md#errors: cheapest first. */
export const jsonWrite = (scope: Scope, body = jsonBodyOnly) =>
  [body, authorized(scope), noQuery, idempotencyKey, parsedBody] as const;
