import { type Command, InvalidArgumentError, Option } from "commander";

/** A parser of whole numbers from `least` to `most`. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };

/** A parser of days. */
export function dayOption(text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError("It takes a day such as 2026-11-20.");
}

/** Adds `--url` and `--token`, the options of every command that calls a service. */
export function withService(command: Command): Command {
  return command
    .addOption(
      new Option("--url <url>", "address of the service")
        .env("LOAN_LEDGER_URL")
        .default("http://localhost:8787"),
    )
    .addOption(new Option("--token <jwt>", "bearer token").env("LOAN_LEDGER_TOKEN"));
}

/** A parser of TCP ports. */
export function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 65_535) throw new InvalidArgumentError("It takes a number from 1 to 65535.");
  return value;
}

/** Takes the exit code of the command that ran. */
export type Finish = (exitCode: number) => void;
