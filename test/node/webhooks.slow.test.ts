import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Miniflare } from "miniflare";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TEST_AUTH_BINDINGS, TEST_WEBHOOK_KEY } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { individual } from "../support/examples.ts";
import { mintToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";

/** A receiver on this machine, as real as it gets: sockets that reset, answers that never come. */
class HttpReceiver {
  readonly arrived: {
    readonly path: string;
    readonly id: string;
    readonly body: string;
    readonly headers: Headers;
  }[] = [];
  readonly #server: Server;
  /** What it does at a path; elsewhere it takes all. */
  readonly behaviours = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();

  constructor() {
    this.#server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const headers = new Headers(request.headers as Record<string, string>);
      this.arrived.push({ path: request.url ?? "", id: headers.get("webhook-id") ?? "", body, headers });
      const behave = this.behaviours.get(request.url ?? "");
      if (behave) behave(request, response);
      else response.end();
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let script: string;
let worker: Miniflare;
let base: URL;
let receiver: HttpReceiver;
let url: string;

beforeAll(async () => {
  script = await buildWorker();
  const bindings = { ...TEST_AUTH_BINDINGS, WEBHOOK_KEY: TEST_WEBHOOK_KEY, WEBHOOK_ALLOW_LOOPBACK: "true" };
  worker = await startBuiltWorker(script, { bindings });
  base = await worker.ready;
  receiver = new HttpReceiver();
  url = await receiver.listen();
});

afterAll(async () => {
  receiver.close();
  await worker.dispose();
});

async function call(tenant: string, path: string, body?: object, to = base) {
  const token = await mintToken({ tenant, scope: "webhooks:manage ingest:write records:read" });
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(body && { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() }),
  };
  const response = await fetch(new URL(path, to), {
    method: body ? "POST" : "GET",
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any member and fails when it is not there
  return { status: response.status, body: (await response.json()) as any };
}

const ENDPOINTS = "/v1/webhook-endpoints";

// All at the same time, since two of them wait for the worker: to try again, and to give up.
it.concurrent("a real receiver gets each event, signed, through the queue; after a reset connection it gets it again", async () => {
  const tenant = `t-${crypto.randomUUID()}`;
  const made = await call(tenant, ENDPOINTS, { url: `${url}/${tenant}` });
  expect(made.status).toBe(201);
  let resets = 0;
  receiver.behaviours.set(`/${tenant}`, (request, response) => {
    if (resets === 0) {
      resets += 1;
      request.socket.resetAndDestroy();
    } else response.end("thanks");
  });
  await call(tenant, "/ingest", { category: "client", data: individual });
  await call(tenant, "/ingest", { category: "client", data: { ...individual, client_id: "C-2" } });
  const own = () => receiver.arrived.filter(({ path }) => path === `/${tenant}`);
  await until(() => own().length === 3);
  const [first, again, second] = own();
  expect([first?.id, second?.id === first?.id]).toEqual([again?.id, false]);
  for (const request of own()) {
    const verified = new Webhook(made.body.secret).verify(request.body, Object.fromEntries(request.headers));
    expect(verified).toMatchObject({ type: "recordChanged" });
  }
  await until(
    async () => (await call(tenant, `${ENDPOINTS}/${made.body.endpoint_id}`)).body.behind === 0,
    200,
  );
});

it.concurrent.each([
  [
    "resets the connection",
    (request: IncomingMessage) => request.socket.resetAndDestroy(),
    "connection",
    null,
  ],
  [
    "redirects, which is not followed",
    (_: IncomingMessage, response: ServerResponse) =>
      response.writeHead(302, { Location: `${url}/elsewhere` }).end(),
    "redirect",
    302,
  ],
  [
    "breaks off in its answer",
    (request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200, { "Content-Length": "10" }).write("ab");
      setTimeout(() => request.socket.destroy(), 50);
    },
    "connection",
    null,
  ],
  ["never answers", () => {}, "timeout", null],
] as const)("a receiver that %s has not taken the message", async (_what, behave, error, status) => {
  const tenant = `t-${crypto.randomUUID()}`;
  const made = await call(tenant, ENDPOINTS, { url: `${url}/${tenant}` });
  receiver.behaviours.set(`/${tenant}`, behave);
  const tested = await call(tenant, `${ENDPOINTS}/${made.body.endpoint_id}/test`, {});
  expect(tested.body).toEqual({ delivered: false, status, error, duration_ms: expect.any(Number) });
  expect(receiver.arrived.filter(({ path }) => path === "/elsewhere")).toEqual([]);
});

it.concurrent.each([undefined, "TRUE"])(
  "with WEBHOOK_ALLOW_LOOPBACK %j nothing goes to this machine",
  async (setting) => {
    const bindings = { ...TEST_AUTH_BINDINGS, WEBHOOK_KEY: TEST_WEBHOOK_KEY };
    const closed = await startBuiltWorker(script, {
      bindings: { ...bindings, ...(setting !== undefined && { WEBHOOK_ALLOW_LOOPBACK: setting }) },
    });
    try {
      const refused = await call("t-1", ENDPOINTS, { url }, await closed.ready);
      expect([refused.status, refused.body.errors]).toMatchObject([400, [{ field: "url" }]]);
    } finally {
      await closed.dispose();
    }
  },
);
