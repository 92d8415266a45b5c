import type { LateQuery } from "../contract/bookkeeping/bodies.ts";
import type { Problem } from "../domain/core/problem.ts";
import { ok, type Result } from "../domain/core/result.ts";
import { type LateEntry, readLate } from "../store/bookkeeping/late.ts";
import type { Database } from "../store/d1/session.ts";
import { paged, splitPage, startAfter } from "./pages.ts";

interface FoundLate {
  readonly shown: readonly LateEntry[];
  readonly next_cursor: string | undefined;
}

/** What records posted of a month after it was closed (docs/bookkeeping.md#closed-periods). */
export function findLate(
  db: Database,
  tenant: string,
  { period, limit, cursor }: LateQuery,
): Promise<Result<FoundLate, Problem>> {
  return paged({ identity: ["late", tenant, period], cursor }, async (start) => {
    const [value_date, sequence, position] = start?.after ?? [];
    const after =
      value_date && sequence && position
        ? { value_date, sequence: Number(sequence), position: Number(position) }
        : null;
    const month = { first: `${period}-01`, last: `${period}-31` };
    const { shown, last } = splitPage(await readLate(db, tenant, month, { after, limit: limit + 1 }), limit);
    const next = last && startAfter(last.value_date, String(last.sequence), String(last.position));
    return ok({ shown, next });
  });
}
