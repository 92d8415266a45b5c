import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { WebhookType } from "../domain/core/webhook.ts";
import type { Endpoint } from "./endpoint.ts";

/** The tenant of a request, and the scope that its token lacks for each type that it may not read. */
export interface Caller {
  readonly tenant: string;
  readonly lacking: Readonly<Partial<Record<WebhookType, string>>>;
}

export const NOT_FOUND: Problem = { code: "not_found", detail: "This webhook endpoint does not exist." };

/** The refusal of a caller who may not read one of the types (docs/api.md#webhooks), or null. */
export function accessFault({ lacking }: Caller, types: readonly WebhookType[]): Problem | null {
  const scope = types.map((type) => lacking[type]).find((one) => one !== undefined);
  if (scope === undefined) return null;
  const detail = `This request needs the scope ${scope}, which the token does not grant.`;
  return { code: "insufficient_scope", detail, scope };
}

/** An endpoint whose messages the caller may read, and those of `types`. */
export function accessible(
  caller: Caller,
  found: Endpoint | null,
  types: readonly WebhookType[] = [],
): Result<Endpoint, Problem> {
  if (!found) return err(NOT_FOUND);
  const fault = accessFault(caller, [...found.event_types, ...types]);
  return fault ? err(fault) : ok(found);
}
