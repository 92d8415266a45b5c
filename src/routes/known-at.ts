import { pastEvent } from "../contract/position/past.ts";
import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { PastLoans } from "../domain/position/past.ts";
import type { Database } from "../store/d1/session.ts";
import { sequenceKnownAt } from "../store/known-at.ts";
import { readHead } from "../store/log.ts";
import { type PastRange, readPast } from "../store/position/past.ts";

/** Events that one request folds at most (docs/api.md#positions). */
const FOLDED_MAX = 100_000;

const BEYOND_HEAD: Problem = {
  code: "invalid_query",
  detail: "known_at must not be beyond the last event of the log, nor after now",
};

/** The sequence that `known_at` means; null for the head itself, which the records show as they are. */
export async function knownSequence(
  db: Database,
  tenant: string,
  known: KnownAt | undefined,
): Promise<Result<number | null, Problem>> {
  if (known === undefined) return ok(null);
  if ("at" in known && known.at > Date.now()) return err(BEYOND_HEAD);
  const sequence = await sequenceKnownAt(db, tenant, known);
  if (sequence === null) return err(BEYOND_HEAD);
  if (sequence === (await readHead(db, tenant))) return ok(null);
  if (sequence <= FOLDED_MAX) return ok(sequence);
  const detail = `known_at folds at most ${FOLDED_MAX} events; use a known_at of at most ${FOLDED_MAX}, or none.`;
  return err({ code: "too_large", detail });
}

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
