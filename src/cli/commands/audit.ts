import { type Command, Option } from "commander";
import type { LogOptions } from "../log/export.ts";
import type { LostOptions } from "../log/lost.ts";
import type { VerifyOptions } from "../log/verify.ts";
import type { ServiceOptions } from "../service.ts";
import { type Finish, withService } from "./options.ts";

/** The commands that export the log and check it. */
export interface AuditHandlers {
  readonly log: (options: LogOptions) => Promise<number>;
  readonly lost: (options: LostOptions) => Promise<number>;
  readonly verify: (options: VerifyOptions) => Promise<number>;
}

export const AUDIT_HANDLERS: AuditHandlers = {
  log: async (options) => (await import("../log/export.ts")).exportLog(options),
  lost: async (options) => (await import("../log/lost.ts")).listLost(options),
  verify: async (options) => (await import("../log/verify.ts")).verify(options),
};

/** Adds `log` and `verify`. */
export function addAuditCommands(program: Command, handlers: AuditHandlers, finish: Finish): void {
  addLog(program, handlers, finish);
  addVerify(program, handlers, finish);
}

interface LogFlags extends ServiceOptions {
  readonly follow?: boolean;
  readonly lost?: string;
  readonly apart?: string;
}

function addLog(program: Command, handlers: AuditHandlers, finish: Finish): void {
  withService(
    program
      .command("log")
      .summary("export the whole log with its hashes, for verify")
      .description(
        "Prints the tenant's whole log, an event a line, with all that its hashes cover. " +
          "Needs the scopes records:read and hpts:ledger:read.",
      ),
  )
    .option("--follow", "new events, too, as they come")
    .option("--lost <export>", "instead: the events of an earlier export that a restore of the database took")
    .option("--apart <file>", "with --lost: file for what import does not take (default: the error output)")
    .addHelpText(
      "after",
      `
  npx loan-ledger log > log.ndjson
  npx loan-ledger log --follow
  npx loan-ledger log --lost log.ndjson --apart others.ndjson > lost.ndjson
  npx loan-ledger import --in-order lost.ndjson

The lines come out once the log is whole. The export starts again where a page
does not continue the one before: the database was restored meanwhile.

--lost prints lost events of records as import takes them, each with the hash
of its key, so that it is not stored twice when its sender sends it again.
Ledger postings, settings, switches and closings go apart: send them again by
their routes. Private texts of persons who were erased since are left out, and
so are the creates of these clients.`,
    )
    .action(async ({ url, token, follow = false, lost, apart }: LogFlags) =>
      finish(
        await (lost === undefined
          ? handlers.log({ url, token, follow })
          : handlers.lost({ url, token, lost, apart })),
      ),
    );
}

function addVerify(program: Command, handlers: AuditHandlers, finish: Finish): void {
  const several = (path: string, known: readonly string[]) => [...known, path];
  program
    .command("verify")
    .summary("check an exported log, offline")
    .description(
      "Makes every hash of an exported log again, and names the first sequence that does not " +
        "fit, and why. Trusts no server. Prints each gap that a restore of the database left.",
    )
    .argument("<file>", "log of one tenant, by loan-ledger log; - is standard input")
    .addOption(
      new Option("--checkpoint <file>", "signed checkpoint; can be given several times")
        .argParser(several)
        .default([], "none"),
    )
    .option("--receipts <file>", "receipts, one a line: X-Log-Receipt, or {sequence, hash}")
    .option("--jwks <file or URL>", "public keys of the service, for checkpoints")
    .addHelpText(
      "after",
      `
  npx loan-ledger verify log.ndjson
  npx loan-ledger verify log.ndjson --receipts receipts.txt \\
    --checkpoint 2026-11.jws --jwks https://ledger.example/.well-known/jwks.json

A log whose end was cut off fits, and so does one that was made anew from some
event on: only a checkpoint or a receipt of a later event can show it. Keep
them where the service cannot reach.

Exit codes: 0 the log fits; 1 it does not; 2 wrong usage.`,
    )
    .action(
      async (
        file: string,
        { checkpoint, receipts, jwks }: { checkpoint: readonly string[]; receipts?: string; jwks?: string },
      ) => finish(await handlers.verify({ file, checkpoints: checkpoint, receipts, jwks })),
    );
}
