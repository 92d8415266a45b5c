import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that the system gives to connections and to listeners that ask for any. */
const [PORTS_FROM, PORTS_TO] = [20_000, 32_000];

/** A port for a service that starts later: one that the system gives to no other program meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS_FROM, PORTS_TO);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const server = createServer().once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    if (await promise) return port;
  }
}
