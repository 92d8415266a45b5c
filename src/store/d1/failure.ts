import { DeadlineExceeded } from "../../domain/core/failure.ts";

/**
 * What a failed D1 batch means: `refused` - the database, or our own code on the way to it, will refuse this batch each
 * time; `fenced` - another writer took the sequence or the key; `overloaded` - trying again makes it worse; `unknown` -
 * it may have been written or not.
 */
export type D1Failure = "refused" | "fenced" | "overloaded" | "unknown";

const FENCE = /UNIQUE constraint failed: events\./i;
const REFUSED =
  /constraint failed|SQLITE_CONSTRAINT|cannot store|too big|TOOBIG|datatype mismatch|D1_TYPE_ERROR/i;
const OVERLOADED = /overloaded/i;

/** Reads the message of a D1 error: the binding gives no code. */
export function classify(error: unknown): D1Failure {
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) messages.push(cause.message);
  const message = messages.join("\n");
  if (FENCE.test(message)) return "fenced";
  if (REFUSED.test(message) || isBug(error)) return "refused";
  return OVERLOADED.test(message) ? "overloaded" : "unknown";
}

/** D1 fails with a bare Error; these come from code that met a command or a row which it did not expect. */
function isBug(error: unknown): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);
}

/** D1 gives a batch 30 s; a call that hangs longer than this counts as failed with unknown outcome. */
const D1_DEADLINE_MS = 10_000;

export async function withDeadline<T>(work: Promise<T>, ms = D1_DEADLINE_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineExceeded(ms)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
