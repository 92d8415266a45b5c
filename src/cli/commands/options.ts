import { type Command, InvalidArgumentError, Option } from "commander";
import { isScope, SCOPES, type Scope } from "../../contract/scopes.ts";

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const LIFETIME_MAX_S = 365 * 86_400;

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
    .addOption(new Option("--token <token>", "bearer token or API key").env("LOAN_LEDGER_TOKEN"));
}

/** The option `--json` of a command that reads. */
export const jsonOption = () =>
  new Option("--json", "one JSON document, as the API answers it, with every digit");

/** A parser of TCP ports. */
export function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 65_535) throw new InvalidArgumentError("It takes a number from 1 to 65535.");
  return value;
}

/** A parser of tenants. */
export function tenantOption(text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("It takes 1 to 64 of the characters A-Z a-z 0-9 _ -");
}

/** A parser of scopes, separated by spaces. */
export function scopesOption(text: string): readonly Scope[] {
  const named = [...new Set(text.split(/\s+/).filter((scope) => scope !== ""))];
  const unknown = named.find((scope) => !isScope(scope));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`There is no scope "${unknown}". The scopes are: ${SCOPES.join(" ")}`);
  }
  if (named.length === 0) throw new InvalidArgumentError("It names no scope.");
  return named.filter(isScope);
}

/** Seconds in a lifetime such as `30d`, `12h`, `90m` or `3600s`. */
export function lifetime(text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS_PER_UNIT[unit] ?? 0);
  if (seconds > 0 && seconds <= LIFETIME_MAX_S) return seconds;
  throw new InvalidArgumentError(
    "It takes a number and a unit, such as 30d, 12h, 90m or 3600s, at most 365d.",
  );
}

/** Takes the exit code of the command that ran. */
export type Finish = (exitCode: number) => void;
