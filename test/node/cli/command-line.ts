import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { onTestFinished } from "vitest";
import { PROJECT_ROOT } from "../../../src/cli/local/project.ts";
import { freePort } from "../../support/free-port.ts";

const MAIN = join(PROJECT_ROOT, "src/cli/main.mjs");

/** What a person's shell would pass on: without the marks that the test runner leaves. */
function shellEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV|NODE_OPTIONS|TEST|npm_)/.test(name),
  );
  return Object.fromEntries(kept);
}

function spawnMain(
  nodeOptions: readonly string[],
  args: readonly string[],
  input: "ignore" | "pipe" = "ignore",
): ChildProcess {
  return spawn(process.execPath, [...nodeOptions, MAIN, ...args], {
    cwd: PROJECT_ROOT,
    env: shellEnvironment(),
    stdio: [input, "pipe", "pipe"],
    detached: true,
  });
}

function streamText(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? Promise.resolve("") : text(stream);
}

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end. `input` is its standard input. */
export async function runCommand(
  args: readonly string[],
  nodeOptions: readonly string[] = [],
  input: Iterable<string> | null = null,
): Promise<Finished> {
  const child = spawnMain(nodeOptions, args, input === null ? "ignore" : "pipe");
  const [[exitCode], stdout, stderr] = await Promise.all([
    once(child, "close"),
    streamText(child.stdout),
    streamText(child.stderr),
    // A command that ends early reads no more; its exit code and its words say why.
    input !== null && child.stdin ? pipeline(input, child.stdin).catch(() => {}) : null,
  ]);
  return { exitCode, stdout, stderr };
}

export interface RunningCommand {
  stdout(): string;
  stderr(): string;
  /** Signals the command; resolves with its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a command that runs until it is stopped. It does not outlive the test. */
export function spawnCommand(args: readonly string[]): RunningCommand {
  const child = spawnMain([], args);
  const closed = once(child, "close");
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      printed[name] += chunk;
    });
  }
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await closed;
    return child.exitCode;
  };
  onTestFinished(async () => void (await end("SIGKILL")));
  return { stdout: () => printed.stdout, stderr: () => printed.stderr, end };
}

const newDirectory = () => mkdtemp(join(tmpdir(), "loan-ledger-"));
const remove = (directory: string) => rm(directory, { recursive: true, force: true, maxRetries: 10 });

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await newDirectory();
  onTestFinished(() => remove(directory));
  return directory;
}

/** Listens on a port of the loopback interface until the test ends (or `close` is called); `wanted` 0 is any. */
export async function occupyPort(wanted = 0): Promise<{ port: number; close: () => Promise<unknown> }> {
  const server = createServer().listen(wanted, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  onTestFinished(close);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP port");
  return { port: address.port, close };
}

export interface RunningService {
  /** Everything printed up to the moment the service said it was ready. */
  readonly screen: string;
  /** Everything printed after that, so far. */
  printed(): string;
  /** Signals the process group of the command, as a shell would; resolves with how the command ended. */
  end(
    signal: NodeJS.Signals,
  ): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

/** `npm start`, ready for requests. It does not outlive the test. */
export async function startService(
  port: number,
  dataDirectory: string,
  options: readonly string[] = [],
): Promise<RunningService> {
  const service = await runService(port, dataDirectory, options);
  onTestFinished(async () => void (await service.end("SIGTERM")));
  return service;
}

/** The same for several tests, which may start it again; `stop` ends it and deletes its data. */
export async function sharedService(options: readonly string[] = []) {
  const [port, directory] = [await freePort(), await newDirectory()];
  const url = `http://localhost:${port}`;
  const shared = { port, directory, url, service: await runService(port, directory, options) };
  const start = async (...more: readonly string[]) => {
    shared.service = await runService(port, directory, [...options, ...more]);
  };
  const stop = async () => {
    await shared.service.end("SIGTERM");
    await remove(directory);
  };
  return Object.assign(shared, { start, stop });
}

async function runService(
  port: number,
  dataDirectory: string,
  options: readonly string[],
): Promise<RunningService> {
  const child = spawnMain([], ["dev", "--port", String(port), "--data-dir", dataDirectory, ...options]);
  const closed = once(child, "close");
  const stderr = streamText(child.stderr);
  const end: RunningService["end"] = async (signal) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, signal);
    }
    await closed;
    return { exitCode: child.exitCode, signal: child.signalCode, stderr: await stderr };
  };

  let screen = "";
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    screen += chunk;
    if (screen.includes("\nRequests:")) resolve();
  });
  // It ends by itself when it makes no progress.
  if ((await Promise.race([ready, closed])) !== undefined) {
    throw new Error(`The service did not start:\n${screen}\n${await stderr}`);
  }
  const first = screen;
  return { screen: first, printed: () => screen.slice(first.length), end };
}
