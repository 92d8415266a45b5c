import type { Context } from "hono";
import { isBookmark } from "../contract/lookup/query.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { AppEnv } from "../http/app-env.ts";
import { DatabaseAway } from "../http/fallback.ts";
import { classify, withDeadline } from "../store/d1/failure.ts";
import type { Database } from "../store/d1/session.ts";
import { openSession } from "../store/session.ts";

const BOOKMARK_HEADER = "x-d1-bookmark";

/** D1 may wait for a bookmark that it never gave. Each one that it gave, the primary has reached. */
const BOOKMARK_DEADLINE_MS = 3_000;

/**
 * Reads in a D1 session that starts at the bookmark `at` or, without one, where the caller's says (docs/api.md#lookups,
 * read-your-writes), and answers with its own. The error is a sentence about a malformed bookmark. A session that fails at a bookmark is opened again at the
 * primary. A database that is away or too slow is thrown as `DatabaseAway`, a statement that it refuses as the bug that it is.
 */
export async function read<T>(
  c: Context<AppEnv>,
  work: (db: Database) => Promise<T>,
  at: string | null = null,
): Promise<Result<T, string>> {
  const from = at ?? c.req.header(BOOKMARK_HEADER) ?? "first-primary";
  if (!isBookmark(from)) {
    return err(
      `the header ${BOOKMARK_HEADER} must be a bookmark from an earlier answer, or first-unconstrained`,
    );
  }
  const start = Date.now();
  const { value, bookmark } = from.startsWith("first-")
    ? await readFrom(c, work, from)
    : await readFrom(c, work, from, BOOKMARK_DEADLINE_MS).catch((error: unknown) => {
        if (error instanceof DatabaseAway) return readFrom(c, work, "first-primary");
        throw error;
      });
  c.get("timings").push(["d1", Date.now() - start]);
  if (bookmark !== null) c.header(BOOKMARK_HEADER, bookmark);
  return ok(value);
}

async function readFrom<T>(
  c: Context<AppEnv>,
  work: (db: Database) => Promise<T>,
  from: string,
  deadlineMs?: number,
) {
  const open = async () => {
    const session = await openSession(c.env, c.get("principal").tenant_id, from);
    return { value: await work(session.db), bookmark: session.bookmark() };
  };
  return withDeadline(open(), deadlineMs).catch((error: unknown) => {
    throw classify(error) === "refused" ? error : new DatabaseAway(error);
  });
}
