import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { err, ok, type Result } from "../domain/core/result.ts";

/** Why a command ends before its work is done; `message` is for a person at a terminal. */
export interface Failure {
  /** 2: the arguments are wrong; 1: everything else. */
  readonly exitCode: 1 | 2;
  readonly message: string;
}

export const wrongUsage = (message: string): Failure => ({ exitCode: 2, message });
export const failed = (message: string): Failure => ({ exitCode: 1, message });

/** Prints a failure the way both commands do and returns the exit code. */
export function report(failure: Failure): number {
  console.error(failure.message);
  return failure.exitCode;
}

function isArgumentError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}

/** `node:util` parseArgs without positionals, with a wrong argument as a value instead of an exception. */
export function parseOptions<const O extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: O,
): Result<ReturnType<typeof parseArgs<{ args: string[]; options: O }>>["values"], Failure> {
  try {
    return ok(parseArgs({ args: [...argv], options, allowPositionals: false }).values);
  } catch (error) {
    if (!isArgumentError(error)) throw error;
    const [sentence = error.message] = error.message.split(". ");
    return err(wrongUsage(`${sentence.replace(/\.$/, "")}. --help lists the options.`));
  }
}
