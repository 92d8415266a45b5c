import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { importJWK, SignJWT } from "jose";
import { onTestFinished } from "vitest";
import { PROJECT_ROOT } from "../../../src/cli/local/project.ts";
import { SCOPES } from "../../../src/contract/scopes.ts";
import {
  TEST_AUDIENCE,
  TEST_AUTH_BINDINGS,
  TEST_ISSUER,
  TEST_KEY_ID,
  TEST_PRIVATE_JWK,
} from "../../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../../support/built-worker.ts";

const MAIN = join(PROJECT_ROOT, "src/cli/main.mjs");

/** A token with all scopes. */
export async function tokenOf(tenant: string): Promise<string> {
  return new SignJWT({ tenant_id: tenant, scope: SCOPES.join(" ") })
    .setProtectedHeader({ alg: "ES256", kid: TEST_KEY_ID })
    .setIssuer(TEST_ISSUER)
    .setAudience(TEST_AUDIENCE)
    .setSubject("importer")
    .setExpirationTime("1h")
    .sign(await importJWK(TEST_PRIVATE_JWK, "ES256"));
}

/** A folder that is gone after the test. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "loan-ledger-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The service from outside, and the command line that talks to it. */
export class ImportService {
  readonly url: string;
  /** How many batches the service was sent. */
  batches = 0;

  constructor(url: string) {
    this.url = url;
  }

  /** Starts the built worker; it ends with the test file. */
  static async start(): Promise<{ readonly service: ImportService; readonly stop: () => Promise<void> }> {
    const directory = await mkdtemp(join(tmpdir(), "loan-ledger-import-"));
    const count = (line: string): void => {
      if (line.includes('"message":"request"') && line.includes('"/ingest/batch"')) service.batches += 1;
    };
    const miniflare = await startBuiltWorker(await buildWorker(), {
      bindings: TEST_AUTH_BINDINGS,
      directory,
      onLog: count,
    });
    const service = new ImportService((await miniflare.ready).origin);
    const stop = async () => {
      await miniflare.dispose();
      await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    };
    return { service, stop };
  }

  /** Starts a command; the caller awaits its end, or kills it. */
  spawn(
    args: readonly string[],
    token: string,
    url = this.url,
    nodeOptions: readonly string[] = [],
  ): ChildProcess {
    return spawn(process.execPath, [...nodeOptions, MAIN, ...args], {
      cwd: PROJECT_ROOT,
      env: { PATH: process.env.PATH, LOAN_LEDGER_URL: url, LOAN_LEDGER_TOKEN: token },
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], tenant: string, { input = "", url = this.url } = {}): Promise<Ended> {
    const child = this.spawn(args, await tokenOf(tenant), url);
    child.stdin?.end(input);
    const [[exitCode], stdout, stderr] = await Promise.all([
      once(child, "close"),
      child.stdout ? text(child.stdout) : "",
      child.stderr ? text(child.stderr) : "",
    ]);
    return { exitCode, stdout, stderr };
  }
}
