import type { Context } from "hono";
import { isBookmark } from "../contract/lookup/query.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { AppEnv } from "../http/app-env.ts";
import { DatabaseAway } from "../http/fallback.ts";
import { classify, withDeadline } from "../store/d1/failure.ts";
import { type Database, openSession } from "../store/d1/session.ts";

const BOOKMARK_HEADER = "x-d1-bookmark";

/**
 * Reads in a D1 session that starts where the caller's bookmark says (docs/api.md#lookups, read-your-writes) and answers with
 * its own. The error is a sentence about a malformed bookmark. A database that is away or too slow is thrown as
 * `DatabaseAway`, a statement that it refuses as the bug that it is.
 */
export async function read<T>(
  c: Context<AppEnv>,
  work: (db: Database) => Promise<T>,
): Promise<Result<T, string>> {
  const from = c.req.header(BOOKMARK_HEADER) ?? "first-primary";
  if (!isBookmark(from)) {
    return err(
      `the header ${BOOKMARK_HEADER} must be a bookmark from an earlier answer, or first-unconstrained`,
    );
  }
  const session = openSession(c.env, c.get("principal").tenant_id, from);
  const start = Date.now();
  const value = await withDeadline(work(session.db)).catch((error: unknown) => {
    throw classify(error) === "refused" ? error : new DatabaseAway(error);
  });
  c.get("timings").push(["d1", Date.now() - start]);
  const bookmark = session.bookmark();
  if (bookmark !== null) c.header(BOOKMARK_HEADER, bookmark);
  return ok(value);
}
