import { DeadlineExceeded } from "../../domain/core/failure.ts";

/**
 * What a failed D1 call means, decided only here.
 * - `refused`: the database, or our own code on the way to it, will refuse this batch each time; nothing was written.
 * - `fenced`: another writer took the sequence or the key, or the log is no longer as this writer last saw it; nothing was
 *   written.
 * - `overloaded`: nothing was written, and trying again makes it worse.
 * - `lost`: the connection, the database object or the answer was lost; it may have been written.
 * - `unknown`: anything else; it may have been written, and what was sent may itself be the cause.
 */
export type D1Failure = "refused" | "fenced" | "overloaded" | "lost" | "unknown";

const FENCE =
  /UNIQUE constraint failed: (?:events|placements)\.|the log has this sequence or key|NOT NULL constraint failed: (?:events|rewrites|projection_cursors)\.tenant_id/i;
/** What SQLite reports about a statement; D1 appends its result code. */
const REFUSED =
  /constraint failed|SQLITE_(?:ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE)|cannot store|too big|TOOBIG|datatype mismatch|D1_TYPE_ERROR/i;
const OVERLOADED = /overloaded/i;
const LOST = /connection lost|storage caused object to be reset|code was updated|no answer within/i;

/** Reads the message of a D1 error: the binding gives no code. */
export function classify(error: unknown): D1Failure {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause);
  const message = causes.map((cause) => cause.message).join("\n");
  if (FENCE.test(message)) return "fenced";
  if (REFUSED.test(message) || causes.some(isBug)) return "refused";
  if (OVERLOADED.test(message)) return "overloaded";
  return LOST.test(message) ? "lost" : "unknown";
}

/** D1 fails with a bare Error; these come from code that met a command or a row which it did not expect. */
function isBug(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);
}

/** D1 gives a batch 30 s; a call that hangs longer than this counts as failed with unknown outcome. */
const D1_DEADLINE_MS = 10_000;

/** Waits for `work`, at most `ms` milliseconds. */
export function withDeadline<T>(work: Promise<T>, ms = D1_DEADLINE_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineExceeded(ms)), ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
