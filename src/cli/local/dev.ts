import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { SCOPES } from "../../contract/scopes.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, failed, report } from "../failure.ts";
import { runLocalCron } from "./cron.ts";
import { announced, startedWorker } from "./healthy.ts";
import { type LocalKey, loadOrCreateKey, mintToken, workerSettings } from "./issuer.ts";
import { localSettings } from "./local-settings.ts";
import { requireFreePort } from "./port.ts";
import { foreignIssuerSettings, localFiles, PROJECT_ROOT, readDevVars } from "./project.ts";
import { consoleLink, loadSample, SAMPLE_TENANT } from "./sample.ts";
import { stopRequests } from "./stop-requests.ts";
import { ownIssuerText, welcomeText } from "./welcome.ts";
import { runWrangler, type WranglerRun } from "./wrangler.ts";

const TENANT = "demo";
const TOKEN_LIFETIME_S = 30 * 86_400;

export interface DevOptions {
  readonly port: number;
  readonly dataDirectory: string | undefined;
  /** Writes the log to a file instead of the screen. */
  readonly quiet: boolean;
  /** Switches the tenants' rate limits on. */
  readonly rateLimits: boolean;
  /** Loads the sample tape, for a tenant of its own. */
  readonly sample: boolean;
}

function failedRun(what: string, run: WranglerRun): CommandFailure {
  const lines = run.heldBack();
  return failed(lines.length > 0 ? [`${what} The last lines of output:`, "", ...lines].join("\n") : what);
}

/** Applies the migrations to the local database. */
export async function applyMigrations(
  stateDirectory: string,
  stop: AbortSignal,
): Promise<Result<void, CommandFailure>> {
  const args = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", stateDirectory];
  const run = runWrangler(PROJECT_ROOT, args, stop);
  return (await announced("Waiting for the migrations of the local database ...", run.exited)) === 0
    ? ok(undefined)
    : err(failedRun("The database could not be prepared.", run));
}

async function firstScreen(
  url: string,
  key: LocalKey,
  ownSettings: readonly string[],
  logFile: string | null,
): Promise<string> {
  if (ownSettings.length > 0) return ownIssuerText(url, ownSettings, logFile);
  const issuedAt = new Date();
  const request = { tenant: TENANT, scopes: SCOPES, lifetimeS: TOKEN_LIFETIME_S, issuedAt };
  return welcomeText({
    url,
    token: await mintToken(key, request),
    tenant: TENANT,
    expiresAt: new Date(issuedAt.getTime() + TOKEN_LIFETIME_S * 1000),
    clientId: `BR-${randomUUID().slice(0, 8)}`,
    idempotencyKey: randomUUID(),
    logFile,
  });
}

/** Prepares, starts and watches the service until it is stopped. */
async function serve(options: DevOptions, stop: AbortSignal): Promise<Result<void, CommandFailure>> {
  const { keyFile, stateDirectory, logFile } = localFiles(options.dataDirectory);
  const port = await requireFreePort(options.port);
  if (!port.ok) return port;
  const key = await loadOrCreateKey(keyFile);
  if (!key.ok) return key;
  console.log("Starting Loan Ledger ...");
  const migrated = await applyMigrations(stateDirectory, stop);
  if (stop.aborted || !migrated.ok) return migrated;

  const devVars = await readDevVars(PROJECT_ROOT);
  const own = foreignIssuerSettings(devVars);
  const settings = Object.entries({
    ...(own.length === 0 && workerSettings(key.value)),
    ...localSettings(key.value, devVars),
  });
  const args = [
    ...["dev", "--local", "--port", String(options.port), "--persist-to", stateDirectory],
    "--show-interactive-dev-session=false",
    ...settings.map(([name, value]) => `--var=${name}:${value}`),
    ...(options.rateLimits ? ["--var=RATE_LIMITS:on"] : []),
  ];
  const url = `http://localhost:${options.port}`;
  const starting = startedWorker(url, () => runWrangler(PROJECT_ROOT, args, stop));
  const started = await announced("Waiting for the first answer of the local worker ...", starting);
  if (!started.ok) return err(failedRun("The service did not start.", started.error));
  const run = started.value;
  const link = options.sample && own.length === 0 ? await sampleLink(url, key.value, stop) : null;
  if (link !== null) console.log(link);
  console.log(await firstScreen(url, key.value, own, options.quiet ? logFile : null));
  const exitCode = await play(url, run, options.quiet ? logFile : null, stop);
  return err(failedRun(`The service ended by itself (exit code ${exitCode}). ${RESTART}`, run));
}

const RESTART = "npm start brings it back, with its data.";

/** Loads the sample and returns a link to it, or why that failed. The service runs either way. */
async function sampleLink(url: string, key: LocalKey, stop: AbortSignal): Promise<string> {
  console.log("Loading the sample tape ...");
  const loaded = await loadSample(url, key, stop);
  if (!loaded.ok) return loaded.error.message;
  return `
The sample is there: 100 loans and purchases of the tenant "${SAMPLE_TENANT}". Open the console (the link reads only, for 12 hours):

${await consoleLink(url, key)}

On the command line:

export LOAN_LEDGER_TOKEN=$(npx loan-ledger token --tenant ${SAMPLE_TENANT}); npx loan-ledger portfolio`;
}

/** Forwards the log and fires the cron trigger until wrangler ends. Resolves with its exit code. */
async function play(
  url: string,
  run: WranglerRun,
  logFile: string | null,
  stop: AbortSignal,
): Promise<number> {
  const log = logFile === null ? null : createWriteStream(logFile);
  run.forward("new", log ? (line) => log.write(`${line}\n`) : console.log);
  const cron = new AbortController();
  const cronEnded = runLocalCron(url, AbortSignal.any([stop, cron.signal]));
  const exitCode = await run.exited;
  cron.abort();
  await cronEnded;
  if (log) await finished(log.end());
  return exitCode;
}

/** Runs the local service until it is stopped. Resolves with the exit code: 0 after a requested stop. */
export async function dev(options: DevOptions): Promise<number> {
  const stop = stopRequests();
  // The process that started this command may have ended, and its terminal with it.
  process.stdout.on("error", () => undefined);
  const served = await serve(options, stop);
  if (!stop.aborted) return served.ok ? EXIT.done : report(served.error);
  console.log(`Loan Ledger stopped: ${stop.reason}. The data stays.`);
  return EXIT.done;
}
