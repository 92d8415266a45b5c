import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { NUMBER, type Requests } from "./requests.ts";

export interface Measured {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Whether `wrk` is there: the load of a process of its own. */
export const HAS_WRK = spawnSync("wrk", ["-v"]).error === undefined;

/** Numbers of a run; those below are for the known ids. */
const NUMBERS_A_RUN = 100_000_000;
let runs = 0;

/** The first number of requests that are sent now. */
function firstNumber({ known }: Requests): number {
  if (known !== undefined) return 0;
  runs += 1;
  return runs * NUMBERS_A_RUN;
}

const folder = mkdtempSync(join(tmpdir(), "loan-ledger-load-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const files = new Map<Requests, string>();

/** The texts as a file for load.lua. */
function fileOf(requests: Requests): string {
  const known = files.get(requests);
  if (known !== undefined) return known;
  const path = join(folder, String(files.size));
  writeFileSync(path, requests.texts.join("\0"));
  files.set(requests, path);
  return path;
}

/** Sends requests for some seconds, each connection with one in flight; by wrk where it is installed. */
export async function load(
  port: number,
  connections: number,
  seconds: number,
  requests: Requests,
): Promise<Measured> {
  const { status, known = 0 } = requests;
  if (!HAS_WRK) return send(port, connections, { seconds }, requests);
  const script = [fileOf(requests), NUMBER, String(firstNumber(requests)), String(known)];
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s"];
  args.push("-s", join(import.meta.dirname, "load.lua"), `http://127.0.0.1:${port}`, "--", ...script);
  const { stdout } = await promisify(execFile)("wrk", args);
  const result = JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? "null");
  const wrong = status < 400 ? result.refused : result.requests - result.refused;
  if (wrong > 0 || result.broken > 0) {
    throw new Error(`${wrong} answers of ${result.requests} are not ${status}, ${result.broken} are missing`);
  }
  if (result.requests === 0)
    throw new Error(`Nothing was answered within ${seconds} s: this machine is too busy`);
  return { ...result, perSecond: result.requests / (result.us / 1e6) };
}

/** Answers of one connection, one at a time. Parses no more of HTTP than the service under test sends. */
class Connection {
  readonly #socket: Socket;
  #received = "";
  #settle: ((status: number) => void) | null = null;
  #fail: ((error: Error) => void) | null = null;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (chunk: string) => this.#receive(chunk));
    this.#socket.on("error", (error) => this.#fail?.(error));
    this.#socket.on("close", () => this.#fail?.(new Error("the connection was closed")));
  }

  /** The status of the answer. */
  send(text: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
      this.#socket.write(text);
    });
  }

  close(): void {
    this.#fail = null;
    this.#socket.destroy();
  }

  #receive(chunk: string): void {
    this.#received += chunk;
    const head = this.#received.indexOf("\r\n\r\n");
    if (head < 0) return;
    const end = endOfBody(this.#received, head + 4);
    if (end < 0) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = this.#received.slice(end);
    this.#settle?.(status);
  }
}

function endOfBody(text: string, start: number): number {
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, start))?.[1];
  if (length !== undefined) {
    const end = start + Number(length);
    return text.length >= end ? end : -1;
  }
  const last = text.indexOf("\r\n0\r\n\r\n", start - 2);
  return last < 0 ? -1 : last + 7;
}

/** Sends requests from this process, until there were enough or for some seconds, and checks every status. */
export async function send(
  port: number,
  connections: number,
  until: { readonly count: number } | { readonly seconds: number },
  requests: Requests,
): Promise<Measured> {
  const { texts, status, known = Number.POSITIVE_INFINITY } = requests;
  const first = firstNumber(requests);
  const times: number[] = [];
  const lines = Array.from({ length: connections }, () => new Connection(port));
  let turn = 0;
  const begin = performance.now();
  const isOver = () =>
    "count" in until ? turn >= until.count : performance.now() - begin >= until.seconds * 1000;
  await Promise.all(
    lines.map(async (line) => {
      while (!isOver()) {
        const number = String(first + (turn % known)).padStart(NUMBER.length, "0");
        const text = (texts[turn % texts.length] ?? "").replaceAll(NUMBER, number);
        turn += 1;
        const since = performance.now();
        const answered = await line.send(text);
        times.push(performance.now() - since);
        if (answered !== status) throw new Error(`${text.slice(0, 200)} was answered ${answered}`);
      }
    }),
  );
  const perSecond = turn / ((performance.now() - begin) / 1000);
  for (const line of lines) line.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? 0;
  return { requests: turn, perSecond, p50: at(0.5), p99: at(0.99) };
}
