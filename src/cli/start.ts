import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { SCOPES } from "../auth/scopes.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { type Failure, failed, parseOptions, report, wrongUsage } from "./arguments.ts";
import { runLocalCron } from "./local-cron.ts";
import { type LocalKey, loadOrCreateKey, mintToken, workerSettings } from "./local-issuer.ts";
import { requireFreePort } from "./port.ts";
import { issuerSettingsIn, localFiles, PROJECT_ROOT, readDevVars } from "./project.ts";
import { stopRequests } from "./stop-requests.ts";
import { ownIssuerText, welcomeText } from "./welcome.ts";
import { runWrangler, type WranglerRun } from "./wrangler.ts";

const HELP = `Starts the service on this machine, with its own database and its own tokens.

  npm start
  npm start -- --port 8788

  --port <number>      where it listens (default: 8787)
  --data-dir <path>    where the signing key and the data live (default: .wrangler)

To use another issuer, put its AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URL into .dev.vars.`;

const DEFAULT_PORT = "8787";
const START_DEADLINE_MS = 60_000;
const HEALTH_POLL_MS = 50;
const TENANT = "demo";
const TOKEN_LIFETIME_S = 30 * 86_400;

export interface StartOptions {
  readonly port: number;
  readonly dataDirectory: string | undefined;
}

/** `"help"`, or the checked options. */
export function parseStartArguments(argv: readonly string[]): Result<"help" | StartOptions, Failure> {
  const parsed = parseOptions(argv, {
    port: { type: "string", short: "p", default: DEFAULT_PORT },
    "data-dir": { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  });
  if (!parsed.ok) return parsed;
  if (parsed.value.help) return ok("help");
  const port = /^\d{1,5}$/.test(parsed.value.port) ? Number(parsed.value.port) : 0;
  if (port < 1 || port > 65_535) return err(wrongUsage("--port takes a number from 1 to 65535."));
  return ok({ port, dataDirectory: parsed.value["data-dir"] });
}

function failedRun(what: string, run: WranglerRun): Failure {
  const lines = run.heldBack();
  return failed(lines.length > 0 ? [`${what} The last lines of output:`, "", ...lines].join("\n") : what);
}

async function applyMigrations(stateDirectory: string, stop: AbortSignal): Promise<Result<void, Failure>> {
  const args = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", stateDirectory];
  const run = runWrangler(PROJECT_ROOT, args, stop);
  return (await run.exited) === 0
    ? ok(undefined)
    : err(failedRun("The database could not be prepared.", run));
}

async function answers200(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).status === 200;
  } catch {
    // Nobody listens yet, or not for this request: the caller asks again until its deadline.
    return false;
  }
}

/** Waits for the worker's first healthy answer, the end of wrangler, or the deadline, whichever is first. */
async function becameHealthy(url: string, run: WranglerRun): Promise<boolean> {
  const deadline = Date.now() + START_DEADLINE_MS;
  let over = false;
  const end = run.exited.then(() => {
    over = true;
  });
  while (!over && Date.now() < deadline) {
    if (await answers200(`${url}/v1/health/live`)) return !over;
    // A build error: wrangler waits for the file to be mended, so its words must be seen now.
    if (run.heldBack().some((line) => line.includes("ERROR"))) run.forward("all");
    await Promise.race([end, pause(HEALTH_POLL_MS)]);
  }
  return false;
}

async function firstScreen(url: string, key: LocalKey, ownSettings: readonly string[]): Promise<string> {
  if (ownSettings.length > 0) return ownIssuerText(url, ownSettings);
  const issuedAt = new Date();
  const request = { tenant: TENANT, scopes: SCOPES, lifetimeS: TOKEN_LIFETIME_S, issuedAt };
  return welcomeText({
    url,
    token: await mintToken(key, request),
    tenant: TENANT,
    expiresAt: new Date(issuedAt.getTime() + TOKEN_LIFETIME_S * 1000),
    clientId: `BR-${randomUUID().slice(0, 8)}`,
    idempotencyKey: randomUUID(),
  });
}

/** Prepares, starts and watches the service until it is stopped. */
async function serve(options: StartOptions, stop: AbortSignal): Promise<Result<void, Failure>> {
  const { keyFile, stateDirectory } = localFiles(options.dataDirectory);
  const port = await requireFreePort(options.port);
  if (!port.ok) return port;
  const key = await loadOrCreateKey(keyFile);
  if (!key.ok) return key;
  console.log("Starting Loan Ledger ...");
  const migrated = await applyMigrations(stateDirectory, stop);
  if (stop.aborted || !migrated.ok) return migrated;

  const own = issuerSettingsIn(await readDevVars(PROJECT_ROOT));
  const settings = own.length > 0 ? [] : Object.entries(workerSettings(key.value));
  const run = runWrangler(
    PROJECT_ROOT,
    [
      ...["dev", "--local", "--port", String(options.port), "--persist-to", stateDirectory],
      "--show-interactive-dev-session=false",
      ...settings.map(([name, value]) => `--var=${name}:${value}`),
    ],
    stop,
  );
  const url = `http://localhost:${options.port}`;
  if (!(await becameHealthy(url, run))) {
    run.stop();
    await run.exited;
    return err(failedRun("The service did not start.", run));
  }
  console.log(await firstScreen(url, key.value, own));
  run.forward("new");
  const cron = new AbortController();
  const cronEnded = runLocalCron(url, AbortSignal.any([stop, cron.signal]));
  await run.exited;
  cron.abort();
  await cronEnded;
  return err(failedRun("The service ended by itself; npm start brings it back, with its data.", run));
}

/** The command behind `npm start`: the exit code, 0 after a requested stop. */
export async function run(argv: readonly string[]): Promise<number> {
  const options = parseStartArguments(argv);
  if (!options.ok) return report(options.error);
  if (options.value === "help") {
    console.log(HELP);
    return 0;
  }
  const stop = stopRequests();
  const served = await serve(options.value, stop);
  return served.ok || stop.aborted ? 0 : report(served.error);
}
