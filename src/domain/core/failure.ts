/**
 * What an error says, for the log: the words of its innermost cause. Drizzle's own message repeats the statement's
 * parameters, and those may hold a name, an e-mail or an address (docs/api.md#tracing).
 */
export function causeOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return String(cause);
}

/** Where an error came from, without its words. */
export function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return stack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "));
}

/** A call that took longer than its caller waits; what it was to do may still happen. */
export class DeadlineExceeded extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = "DeadlineExceeded";
  }
}

/** A read that failed because the database is away, overloaded or too slow. */
export class DatabaseAway extends Error {
  override readonly name = "DatabaseAway";

  constructor(cause: unknown) {
    super("the database did not answer", { cause });
  }
}
