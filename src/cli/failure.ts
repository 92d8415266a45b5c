/** Exit codes: done, stopped, wrong usage, or finished with refused lines. */
export const EXIT = { done: 0, stopped: 1, usage: 2, refused: 3 } as const;

/** Why a command ends before its work is done; `message` is for a person at a terminal. */
export interface CommandFailure {
  readonly exitCode: typeof EXIT.stopped | typeof EXIT.usage;
  readonly message: string;
}

export const wrongUsage = (message: string): CommandFailure => ({ exitCode: EXIT.usage, message });
export const failed = (message: string): CommandFailure => ({ exitCode: EXIT.stopped, message });

/** Prints a failure the way all commands do and returns the exit code. */
export function report(failure: CommandFailure): number {
  console.error(failure.message);
  return failure.exitCode;
}
