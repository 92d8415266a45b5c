import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadOrCreateKey, mintToken } from "../../src/cli/local/issuer.ts";
import { localFiles, PROJECT_ROOT } from "../../src/cli/local/project.ts";
import { SCOPES } from "../../src/contract/scopes.ts";
import { freePort } from "../support/free-port.ts";

const READY = "\nRequests:";
export const TENANT = "crash";

/** What a person's shell would pass on: without the marks that a test runner leaves. */
function shellEnvironment(): NodeJS.ProcessEnv {
  const marks = /^(VITEST|NODE_ENV|NODE_OPTIONS|TEST|npm_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !marks.test(name)));
}

/** The service as `npm start` runs it, with a data directory of its own, to be killed and started at will. */
export class LocalService {
  readonly url: string;
  readonly #port: number;
  readonly #directory: string;
  #child: ChildProcess | null = null;

  private constructor(port: number, directory: string) {
    this.#port = port;
    this.#directory = directory;
    this.url = `http://localhost:${port}`;
  }

  static async create(): Promise<LocalService> {
    return new LocalService(await freePort(), await mkdtemp(join(tmpdir(), "loan-ledger-crash-")));
  }

  /** A token of the service's own issuer, good for a day and every scope. */
  async token(): Promise<string> {
    const key = await loadOrCreateKey(localFiles(this.#directory).keyFile);
    if (!key.ok) throw new Error(key.error.message);
    return mintToken(key.value, { tenant: TENANT, scopes: SCOPES, lifetimeS: 86_400, issuedAt: new Date() });
  }

  /** Resolves when the service says that it takes requests. */
  async start(): Promise<void> {
    const main = join(PROJECT_ROOT, "src/cli/main.mjs");
    const args = [main, "dev", "--port", String(this.#port), "--data-dir", this.#directory];
    const child = spawn(process.execPath, args, {
      cwd: PROJECT_ROOT,
      env: shellEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#child = child;
    // The service is a process group of its own, so it would outlive this process.
    const orphaned = (): void => void (child.pid !== undefined && process.kill(-child.pid, "SIGKILL"));
    process.once("exit", orphaned);
    child.once("exit", () => process.off("exit", orphaned));
    let screen = "";
    const ready = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        screen = (screen + chunk).slice(-10_000);
        if (screen.includes(READY)) ready.resolve();
      });
    }
    // It ends by itself when it makes no progress.
    child.once("close", () => ready.reject(new Error(`The service did not start:\n${screen}`)));
    await ready.promise;
  }

  /** Signals the whole process group and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child?.pid === undefined) return;
    const closed = once(child, "close");
    if (child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, signal);
    await closed;
  }

  /** Ends the service and deletes its data. */
  async dispose(): Promise<void> {
    await this.end("SIGTERM");
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
