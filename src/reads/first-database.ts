import { DatabaseAway } from "../domain/core/failure.ts";
import { classify, withDeadline } from "../store/d1/failure.ts";
import { type Database, sessionOf } from "../store/d1/session.ts";

/**
 * Asks the first database, which keeps what belongs to no tenant's own. A database that is away or too slow is thrown as
 * `DatabaseAway`; what it was asked to write may be written all the same.
 */
export const inFirstDatabase = <T>(
  env: Cloudflare.Env,
  work: (db: Database) => Promise<T>,
  deadlineMs?: number,
): Promise<T> =>
  withDeadline(work(sessionOf(env.DB, "first-primary").db), deadlineMs).catch((error: unknown) => {
    throw classify(error) === "refused" ? error : new DatabaseAway(error);
  });
