import type { KnownAt } from "../domain/core/known-at.ts";
import type { StoredRow } from "../domain/core/lookup.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Database } from "../store/d1/session.ts";
import { findRow } from "../store/lookup/list.ts";
import { LOOKUP_SOURCES } from "../store/lookup/sources.ts";
import { isInFuture, knownSequence } from "./known-at.ts";
import { findPastRow, type RowName } from "./past-row.ts";

const NOT_YET: Problem = { code: "invalid_query", detail: "known_at must not be after now" };
const TOO_LARGE: Problem = {
  code: "too_large",
  detail: "The record's events up to known_at are larger than 64 MB.",
};

/** A table's row, now or as the log knew it then; null where it was not there. */
export async function rowKnownAt(
  db: Database,
  tenant: string,
  { table, id }: RowName,
  known: KnownAt | undefined,
): Promise<Result<StoredRow | null, Problem>> {
  if (known && isInFuture(known)) return err(NOT_YET);
  const at = await knownSequence(db, tenant, known);
  if (!at.ok) return at;
  if (at.value === null) return ok(await findRow(db, LOOKUP_SOURCES[table], tenant, id));
  const found = await findPastRow(db, tenant, { table, id }, at.value.sequence);
  return found.ok ? found : err(TOO_LARGE);
}
