import type { Context } from "hono";
import { isBookmark } from "../contract/lookup/query.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { AppEnv } from "../http/app-env.ts";
import { readFrom } from "../reads/session.ts";
import type { Database } from "../store/d1/session.ts";

const BOOKMARK_HEADER = "x-d1-bookmark";

/**
 * Reads in a D1 session that starts at the bookmark `at` or, without one, where the caller's says (docs/api.md#lookups,
 * read-your-writes), and answers with its own. The error is a sentence about a malformed bookmark.
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
  const { value, bookmark } = await readFrom(c.env, c.get("principal").tenant_id, from, work);
  c.get("timings").push(["d1", Date.now() - start]);
  if (bookmark !== null) c.header(BOOKMARK_HEADER, bookmark);
  return ok(value);
}

/** Asks a question of the stored data in such a session. */
export async function ask<T>(
  c: Context<AppEnv>,
  question: (db: Database) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const answer = await read(c, question);
  return answer.ok ? answer.value : err({ code: "invalid_query", detail: answer.error });
}
