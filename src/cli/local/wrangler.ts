import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";

const COLOUR = process.stdout.isTTY === true && process.stdout.hasColors();
const WINDOWS = process.platform === "win32";
const STOP_DEADLINE_MS = 5_000;
const KEPT_LINES_MAX = 200;

/**
 * Switches off what needs an account, the internet or an answer of the developer. `CLOUDFLARE_CF_FETCH_ENABLED` is the
 * download of a sample `request.cf`, whose failure prints a stack trace. `X_LOCAL_OBSERVABILITY` would store traces of
 * every request, with personal data, on disk.
 */
const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_WRITE_LOGS: "false",
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
  X_LOCAL_OBSERVABILITY: "false",
} as const;

/** One run of wrangler. Its output is not printed until `forward` is called. */
export interface WranglerRun {
  /** Resolves with the exit code once wrangler and all its child processes have ended. */
  readonly exited: Promise<number>;
  /** The last lines of output. */
  lastLines(): readonly string[];
  /** When the last line was printed, in milliseconds since the epoch; when it started, before the first line. */
  lastLineAt(): number;
  /** Prints each new line from now on; with `"all"`, the last lines come first. */
  forward(lines: "all" | "new"): void;
  /** Asks wrangler to end, and kills it after a deadline. */
  stop(): void;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(WINDOWS ? child.pid : -child.pid, signal);
  } catch (error) {
    const gone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!gone) throw error;
  }
}

function stop(child: ChildProcess): void {
  child.kill("SIGTERM");
  const deadline = setTimeout(() => signalGroup(child, "SIGKILL"), STOP_DEADLINE_MS).unref();
  child.once("exit", () => clearTimeout(deadline));
}

/** Starts wrangler in the project's directory; `stopRequested` ends it, and `log` gets each line. */
export function runWrangler(
  projectRoot: string,
  args: readonly string[],
  stopRequested: AbortSignal,
  log: (line: string) => void,
): WranglerRun {
  const preload = pathToFileURL(join(import.meta.dirname, "end-with-parent.ts")).href;
  const child = spawn(
    process.execPath,
    ["--no-warnings", "--import", preload, fileURLToPath(import.meta.resolve("wrangler")), ...args],
    {
      cwd: projectRoot,
      env: { ...process.env, ...QUIET, FORCE_COLOR: COLOUR ? "1" : "0" },
      // Nothing is ever written to its input: see end-with-parent.ts.
      stdio: ["pipe", "pipe", "pipe"],
      // wrangler has its own process group: Ctrl-C reaches only this process, which then stops wrangler in order.
      detached: !WINDOWS,
    },
  );

  const last: string[] = [];
  let lastLineAt = Date.now();
  let isForwarded = false;
  const onLine = (raw: string): void => {
    lastLineAt = Date.now();
    const plain = stripVTControlCharacters(raw);
    log(plain);
    const line = COLOUR ? raw : plain;
    if (isForwarded) console.log(line);
    if (last.push(line) > KEPT_LINES_MAX) last.shift();
  };
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", onLine);

  const onStop = (): void => stop(child);
  stopRequested.addEventListener("abort", onStop, { once: true });
  if (stopRequested.aborted) onStop();

  const { promise: exited, resolve, reject } = Promise.withResolvers<number>();
  child.once("error", reject);
  child.once("exit", () => signalGroup(child, "SIGKILL"));
  child.once("close", (code) => {
    stopRequested.removeEventListener("abort", onStop);
    resolve(code ?? 1);
  });
  return {
    exited,
    lastLines: () => last,
    lastLineAt: () => lastLineAt,
    forward: (lines) => {
      if (!isForwarded && lines === "all") for (const line of last) console.log(line);
      isForwarded = true;
    },
    stop: onStop,
  };
}
