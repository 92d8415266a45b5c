import { connect, type Socket } from "node:net";

/** One request as it goes over the wire, and the status that it must be answered with. */
export interface Request {
  readonly text: string;
  readonly status: number;
}

export interface Measured {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Bytes of all answers. */
  readonly bytes: number;
}

/** Writes an HTTP/1.1 request that keeps its connection. */
export function requestText(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = "",
): string {
  const all = {
    Host: "bench.test",
    ...headers,
    ...(body && { "Content-Length": String(Buffer.byteLength(body)) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** Answers of one connection, one at a time. Parses no more of HTTP than the service under test sends. */
class Connection {
  readonly #socket: Socket;
  #received = "";
  #settle: ((answer: { status: number; bytes: number }) => void) | null = null;
  #fail: ((error: Error) => void) | null = null;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (chunk: string) => this.#receive(chunk));
    this.#socket.on("error", (error) => this.#fail?.(error));
    this.#socket.on("close", () => this.#fail?.(new Error("the connection was closed")));
  }

  send(text: string): Promise<{ status: number; bytes: number }> {
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
    this.#settle?.({ status, bytes: end });
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

/** Sends `count` requests over so many connections, each with one in flight, and checks every status. */
export async function measure(
  port: number,
  connections: number,
  count: number,
  request: (n: number) => Request,
): Promise<Measured> {
  const texts = Array.from({ length: count }, (_, n) => request(n));
  const times: number[] = [];
  let bytes = 0;
  let next = 0;
  const lines = Array.from({ length: connections }, () => new Connection(port));
  const begin = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      for (let n = next++; n < count; n = next++) {
        const { text, status } = texts[n] as Request;
        const since = performance.now();
        const answer = await line.send(text);
        times.push(performance.now() - since);
        bytes += answer.bytes;
        if (answer.status !== status) throw new Error(`${text.slice(0, 200)} was answered ${answer.status}`);
      }
    }),
  );
  const perSecond = count / ((performance.now() - begin) / 1000);
  for (const line of lines) line.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? 0;
  return { perSecond, p50: at(0.5), p99: at(0.99), bytes };
}
