import { sql } from "drizzle-orm";
import type { Head } from "../domain/core/event.ts";

/** What a writer has seen of a tenant. */
export interface Seen {
  /** The last event of the log. */
  readonly head: Head;
  /** How often records were changed without an event (docs/privacy.md#how-an-erasure-runs). */
  readonly rewrites: number;
}

/** The number of the tenant's rewrites, as a value of a query. */
export const rewritesValue = (tenant: string) =>
  sql<number>`COALESCE((SELECT number FROM rewrites WHERE tenant_id = ${tenant}), 0)`;

/**
 * True while a tenant is as a writer has seen it: the log ends with the same event, and no record was changed without an
 * event. A condition of a write, with the parameters of `seenValues` in its place.
 */
export const IS_AS_SEEN = sql`COALESCE((SELECT event_id FROM events WHERE tenant_id = ${"tenant"}
  ORDER BY sequence DESC LIMIT 1), '') || ' ' || ${rewritesValue("tenant")} = ${"seen"}`;

export const seenValues = (tenant: string, { head, rewrites }: Seen): readonly string[] => [
  tenant,
  tenant,
  `${head.event_id} ${rewrites}`,
];
