import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed } from "../failure.ts";

/** `localhost` means both. A program on either would receive the requests for this service. */
const LOOPBACKS = ["127.0.0.1", "::1"] as const;
const NO_SUCH_ADDRESS = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

/** How long a killed service may take to release its port. */
const GRACE_MS = 2_000;
const POLL_MS = 100;

/** The error code of listening there, or undefined if the port is free. */
function listenError(port: number, host: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer();
  server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  return promise;
}

async function firstListenError(port: number): Promise<string | undefined> {
  for (const host of LOOPBACKS) {
    const code = await listenError(port, host);
    if (code !== undefined && !NO_SUCH_ADDRESS.includes(code)) return code;
  }
  return undefined;
}

/** Refuses a port that another program holds; the message says what to do. */
export async function requireFreePort(
  port: number,
  graceMs: number = GRACE_MS,
): Promise<Result<void, CommandFailure>> {
  const deadline = Date.now() + graceMs;
  let code = await firstListenError(port);
  while (code === "EADDRINUSE" && Date.now() < deadline) {
    await pause(POLL_MS);
    code = await firstListenError(port);
  }
  if (code === undefined) return ok(undefined);
  const other = port < 1024 || port === 65_535 ? 8788 : port + 1;
  const way = `run: npm start -- --port ${other}`;
  if (code === "EADDRINUSE") return err(failed(`Port ${port} is in use. Stop the other program, or ${way}`));
  if (code === "EACCES") return err(failed(`This user may not listen on port ${port}. Instead, ${way}`));
  return err(failed(`Port ${port} cannot be used (${code}). Instead, ${way}`));
}
