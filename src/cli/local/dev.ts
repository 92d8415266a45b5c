import { randomUUID } from "node:crypto";
import { SCOPES } from "../../contract/scopes.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, failed, report } from "../failure.ts";
import { runLocalCron } from "./cron.ts";
import { announced, errorOf, startedWorker } from "./healthy.ts";
import { type LocalKey, loadOrCreateKey, mintToken, workerSettings } from "./issuer.ts";
import { localSettings } from "./local-settings.ts";
import { type LogFile, openLogFile } from "./log-file.ts";
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
  /** Prints the log, too, which goes to a file. */
  readonly verbose: boolean;
  /** Switches the tenants' rate limits on. */
  readonly rateLimits: boolean;
  /** Loads the sample tape, for a tenant of its own. */
  readonly sample: boolean;
}

/** One sentence: what failed, why as far as the output says it, and where all of the output is. */
const failure = (what: string, cause: string | null, log: LogFile): CommandFailure =>
  failed(`${what}${cause === null ? "" : ` (${cause})`}; its output is in ${log.path}.`);

/** Applies the migrations to the local database. */
export async function applyMigrations(
  stateDirectory: string,
  stop: AbortSignal,
  log: LogFile,
): Promise<Result<void, CommandFailure>> {
  const args = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", stateDirectory];
  const run = runWrangler(PROJECT_ROOT, args, stop, log.write);
  return (await announced("Waiting for the migrations of the local database ...", run.exited)) === 0
    ? ok(undefined)
    : err(failure("The database could not be prepared", errorOf(run), log));
}

/** What the first screen is about. */
interface Started {
  readonly url: string;
  readonly key: LocalKey;
  readonly options: DevOptions;
  readonly log: LogFile;
}

async function firstScreen({ url, key, options, log }: Started, sampleLink: string | null): Promise<string> {
  const issuedAt = new Date();
  const tenant = options.sample ? SAMPLE_TENANT : TENANT;
  const request = { tenant, scopes: SCOPES, lifetimeS: TOKEN_LIFETIME_S, issuedAt };
  return welcomeText({
    url,
    token: await mintToken(key, request),
    tenant,
    expiresAt: new Date(issuedAt.getTime() + TOKEN_LIFETIME_S * 1000),
    clientId: `BR-${randomUUID().slice(0, 8)}`,
    idempotencyKey: randomUUID(),
    dataDirectory: options.dataDirectory,
    sampleLink,
    logFile: log.path,
  });
}

/** Prepares, starts and watches the service until it is stopped. */
async function serve(options: DevOptions, stop: AbortSignal): Promise<Result<void, CommandFailure>> {
  const { keyFile, stateDirectory, logFile } = localFiles(options.dataDirectory);
  const port = await requireFreePort(options.port);
  if (!port.ok) return port;
  const key = await loadOrCreateKey(keyFile);
  if (!key.ok) return key;
  const log = await openLogFile(logFile);
  try {
    console.log(`Starting Loan Ledger. Its log: ${log.path}`);
    const migrated = await applyMigrations(stateDirectory, stop, log);
    if (stop.aborted || !migrated.ok) return migrated;
    return await serveWorker({ url: `http://localhost:${options.port}`, key: key.value, options, log }, stop);
  } finally {
    await log.end();
  }
}

async function serveWorker(started: Started, stop: AbortSignal): Promise<Result<void, CommandFailure>> {
  const { url, key, options, log } = started;
  const { stateDirectory } = localFiles(options.dataDirectory);
  const devVars = await readDevVars(PROJECT_ROOT);
  const own = foreignIssuerSettings(devVars);
  const settings = Object.entries({
    ...(own.length === 0 && workerSettings(key)),
    ...localSettings(key, devVars),
  });
  const args = [
    ...["dev", "--local", "--port", String(options.port), "--persist-to", stateDirectory],
    "--show-interactive-dev-session=false",
    ...settings.map(([name, value]) => `--var=${name}:${value}`),
    ...(options.rateLimits ? ["--var=RATE_LIMITS:on"] : []),
  ];
  const starting = startedWorker(url, () => runWrangler(PROJECT_ROOT, args, stop, log.write));
  const run = await announced("Waiting for the first answer of the local worker ...", starting);
  if (!run.ok) return err(failure("The service did not start", run.error, log));
  const link = options.sample && own.length === 0 ? await sampleLink(url, key, stop) : null;
  console.log(own.length > 0 ? ownIssuerText(url, own, log.path) : await firstScreen(started, link));
  const exitCode = await play(url, run.value, options.verbose, stop);
  return err(
    failure(`The service ended by itself with ${exitCode}`, "npm start brings it back, with its data", log),
  );
}

/** Loads the sample and returns a link to it, or null after a sentence that says why not. The service runs either way. */
async function sampleLink(url: string, key: LocalKey, stop: AbortSignal): Promise<string | null> {
  console.log("Loading the sample tape ...");
  const loaded = await announced("Waiting for the sample tape ...", loadSample(url, key, stop));
  if (loaded.ok) return consoleLink(url, key);
  console.log(loaded.error.message);
  return null;
}

/** Fires the cron trigger until wrangler ends. Resolves with its exit code. */
async function play(url: string, run: WranglerRun, verbose: boolean, stop: AbortSignal): Promise<number> {
  if (verbose) run.forward("new");
  const cron = new AbortController();
  const cronEnded = runLocalCron(url, AbortSignal.any([stop, cron.signal]));
  const exitCode = await run.exited;
  cron.abort();
  await cronEnded;
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
