import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Database } from "../store/d1/session.ts";
import { type KnownSequence, sequenceKnownAt } from "../store/known-at.ts";

const BEYOND_HEAD: Problem = {
  code: "invalid_query",
  detail: "known_at must not be beyond the last event of the log",
};

/** True for a moment that has not come yet. */
export const isInFuture = (known: KnownAt): boolean => "at" in known && known.at > Date.now();

/**
 * The event up to which `known_at` looks, and the head of the log when that was found out; null for the present, which
 * a future moment is too.
 */
export async function knownSequence(
  db: Database,
  tenant: string,
  known: KnownAt | undefined,
): Promise<Result<KnownSequence | null, Problem>> {
  if (known === undefined || isInFuture(known)) return ok(null);
  const found = await sequenceKnownAt(db, tenant, known);
  return found === null ? err(BEYOND_HEAD) : ok(found);
}
