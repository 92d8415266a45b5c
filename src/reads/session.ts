import { DatabaseAway } from "../domain/core/failure.ts";
import { classify, withDeadline } from "../store/d1/failure.ts";
import type { Database } from "../store/d1/session.ts";
import { openSession } from "../store/session.ts";

/** D1 may wait for a bookmark that it never gave. Each one that it gave, the primary has reached. */
const BOOKMARK_DEADLINE_MS = 3_000;

/** What a read found, with the bookmark of the database as it then was. */
interface ReadAt<T> {
  readonly value: T;
  readonly bookmark: string | null;
}

/**
 * Reads in a D1 session that starts at `from`: a bookmark, `first-primary` or `first-unconstrained` (docs/api.md#lookups,
 * read-your-writes). A session that fails at a bookmark is opened again at the primary. A database that is away or too
 * slow is thrown as `DatabaseAway`, a statement that it refuses as the bug that it is.
 */
export async function readFrom<T>(
  env: Cloudflare.Env,
  tenant: string,
  from: string,
  work: (db: Database) => Promise<T>,
): Promise<ReadAt<T>> {
  const readOnce = async (start: string, deadlineMs?: number): Promise<ReadAt<T>> => {
    const open = async () => {
      const session = await openSession(env, tenant, start);
      return { value: await work(session.db), bookmark: session.bookmark() };
    };
    return withDeadline(open(), deadlineMs).catch((error: unknown) => {
      throw classify(error) === "refused" ? error : new DatabaseAway(error);
    });
  };
  if (from.startsWith("first-")) return readOnce(from);
  return readOnce(from, BOOKMARK_DEADLINE_MS).catch((error: unknown) => {
    if (error instanceof DatabaseAway) return readOnce("first-primary");
    throw error;
  });
}
