import { pastEvent } from "../contract/position/past.ts";
import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { PastLoans } from "../domain/position/past.ts";
import type { Database } from "../store/d1/session.ts";
import { type KnownSequence, sequenceKnownAt } from "../store/known-at.ts";
import { type PastRange, readPast } from "../store/position/past.ts";

/** Events that one request folds at most (docs/api.md#positions). */
const FOLDED_MAX = 100_000;

const BEYOND_HEAD: Problem = {
  code: "invalid_query",
  detail: "known_at must not be beyond the last event of the log, nor after now",
};

const TOO_LONG: Problem = {
  code: "too_large",
  detail: `known_at folds at most ${FOLDED_MAX} events; use a known_at of at most ${FOLDED_MAX}, or none.`,
};

/** The event up to which `known_at` looks, and the head of the log when that was found out. */
export async function knownSequence(
  db: Database,
  tenant: string,
  known: KnownAt,
): Promise<Result<KnownSequence, Problem>> {
  if ("at" in known && known.at > Date.now()) return err(BEYOND_HEAD);
  const found = await sequenceKnownAt(db, tenant, known);
  return found === null ? err(BEYOND_HEAD) : ok(found);
}

/** The problem of a past that has too many events to fold; null for one that has not. */
export const tooLongPast = (sequence: number): Problem | null => (sequence > FOLDED_MAX ? TOO_LONG : null);

/** The loans as the log knew them up to a sequence: its events folded again, in their order. */
export async function pastLoans(db: Database, tenant: string, range: PastRange): Promise<PastLoans> {
  const past = new PastLoans();
  for (let after: number | null = 0; after !== null; ) {
    const { rows, end } = await readPast(db, tenant, after, range);
    for (const row of rows) {
      const { category, event } = pastEvent(row);
      past.fold(category, row.record_id, event);
    }
    after = end;
  }
  return past;
}
