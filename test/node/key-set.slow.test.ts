import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Miniflare } from "miniflare";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { FETCH_TIMEOUT_MS } from "../../src/auth/key-set.ts";
import { KEY_SET_BYTES_MAX } from "../../src/auth/key-set-download.ts";
import { UNKNOWN_KEY_FETCHES_MAX } from "../../src/auth/key-set-policy.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { mintToken, TEST_AUDIENCE, TEST_ISSUER, TEST_JWKS } from "../support/tokens.ts";
import { until } from "../support/until.ts";

/*
 * The built worker, its real clock and its real network, against an issuer on loopback. What takes minutes (freshness,
 * the cooldown between renewals) is tested with a clock of the tests' own, in test/auth.
 */

let script: string;
beforeAll(async () => {
  script = await buildWorker();
});

const publish = (response: ServerResponse, keySet: object = TEST_JWKS): void => {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(keySet));
};

/** A real HTTP issuer whose answer a test changes at will; `fetched` lists the paths it was asked for. */
async function openIssuer(first: RequestListener = (_, response) => publish(response)) {
  const endpoint = { answer: first };
  const fetched: string[] = [];
  const server = createServer((request, response) => {
    fetched.push(request.url ?? "");
    endpoint.answer(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  onTestFinished(close);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the issuer has no TCP port");
  const origin = `http://127.0.0.1:${address.port}`;
  return { endpoint, fetched, origin, close, asked: () => once(server, "request") };
}
type Issuer = Awaited<ReturnType<typeof openIssuer>>;

/** An answer that the issuer holds back until the test lets it go. */
function heldBack() {
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  const answer: RequestListener = (_, response) => void promise.then(() => publish(response));
  return { answer, letGo };
}

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
}

/** A cold worker that trusts the issuer, and nothing in its isolate but what the test asks. */
async function startWorker(issuer: Issuer) {
  const bindings = {
    AUTH_ISSUER: TEST_ISSUER,
    AUTH_AUDIENCE: TEST_AUDIENCE,
    AUTH_JWKS_URL: `${issuer.origin}/jwks`,
  };
  const miniflare: Miniflare = await startBuiltWorker(script, { bindings });
  onTestFinished(() => miniflare.dispose());
  const base = await miniflare.ready;
  const clients = async (token: string, signal?: AbortSignal): Promise<Answer> => {
    const headers = { Authorization: `Bearer ${token}` };
    const url = new URL("/api/tables/clients", base).href;
    const response = await fetch(url, { headers, signal: signal ?? null });
    const body = (await response.json()) as { code?: string };
    return { status: response.status, code: body.code, retryAfter: response.headers.get("Retry-After") };
  };
  /** One whole round trip, after which the worker has most likely seen what was sent before. */
  const roundTrip = async (): Promise<void> => {
    const response = await fetch(new URL("/v1/health/live", base).href);
    await response.arrayBuffer();
  };
  return { clients, roundTrip };
}

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const distinct = (answers: readonly Answer[]) => [
  ...new Set(answers.map(({ status, code }) => `${status} ${code ?? ""}`.trim())),
];
const reader = () => mintToken({ scope: "records:read" });

describe("cold requests", () => {
  test("share one fetch of the key set, and each is answered", async () => {
    const held = heldBack();
    const issuer = await openIssuer(held.answer);
    const worker = await startWorker(issuer);
    const token = await reader();
    const answers = times(40, () => worker.clients(token));
    await issuer.asked();
    await worker.roundTrip();
    held.letGo();
    expect(distinct(await answers)).toEqual(["200"]);
    expect((await worker.clients(token)).status).toBe(200);
    expect(issuer.fetched).toEqual(["/jwks"]);
  });

  test("are all answered when the client of the one that fetches hangs up", async () => {
    const held = heldBack();
    const issuer = await openIssuer(held.answer);
    const worker = await startWorker(issuer);
    const [token, hangUp] = [await reader(), new AbortController()];
    const owner = worker.clients(token, hangUp.signal).then(
      () => "answered",
      () => "hung up",
    );
    await issuer.asked();
    const others = times(20, () => worker.clients(token));
    await worker.roundTrip();
    hangUp.abort();
    expect(await owner).toBe("hung up");
    await worker.roundTrip();
    held.letGo();
    expect(distinct(await others)).toEqual(["200"]);
    expect(issuer.fetched).toEqual(["/jwks"]);
  });
});

describe("an issuer that fails", () => {
  test("to answer at all: 503 in bounded time for everyone, one fetch, and recovery without a restart", async () => {
    const issuer = await openIssuer(() => undefined);
    const worker = await startWorker(issuer);
    const token = await reader();
    const since = performance.now();
    const answers = await times(20, () => worker.clients(token));
    expect(performance.now() - since).toBeLessThan(2 * FETCH_TIMEOUT_MS);
    const oneMore = await worker.clients(token);
    expect(issuer.fetched).toEqual(["/jwks"]);
    for (const answer of [...answers, oneMore]) {
      expect(answer).toMatchObject({ status: 503, code: "unavailable" });
      expect(Number(answer.retryAfter)).toBeGreaterThanOrEqual(1);
      expect(Number(answer.retryAfter)).toBeLessThanOrEqual(60);
    }
    issuer.endpoint.answer = (_, response) => publish(response);
    const recovered = async () => (await worker.clients(token)).status === 200;
    await until(recovered, 200);
    expect(issuer.fetched).toEqual(["/jwks", "/jwks"]);
  });

  const oversized = JSON.stringify({ ...TEST_JWKS, padding: "x".repeat(KEY_SET_BYTES_MAX) });
  test.each<[string, RequestListener]>([
    [
      "with a redirect to a good key set",
      (request, response) => {
        if (request.url === "/elsewhere") return publish(response);
        response.writeHead(302, { Location: "/elsewhere" }).end();
      },
    ],
    ["with a key set that is too large", (_, response) => void response.end(oversized)],
    [
      "with a compressed key set that is too large",
      (_, response) => void response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(oversized)),
    ],
    ["with a page", (_, response) => void response.end("<html>")],
    ["with nothing but a closed connection", (request) => void request.socket.destroy()],
  ])("%s gets no token accepted", async (_, answer) => {
    const issuer = await openIssuer(answer);
    const worker = await startWorker(issuer);
    expect(await worker.clients(await reader())).toMatchObject({ status: 503, code: "unavailable" });
    expect(issuer.fetched.every((path) => path === "/jwks")).toBe(true);
  });

  test("after a good fetch: the cached set still accepts and refuses tokens", async () => {
    const issuer = await openIssuer();
    const worker = await startWorker(issuer);
    const [good, unknown] = [await reader(), await mintToken({ header: { kid: "gone" } })];
    expect((await worker.clients(good)).status).toBe(200);
    await issuer.close();
    expect(await worker.clients(unknown)).toMatchObject({ status: 401, code: "invalid_token" });
    expect(distinct(await times(10, () => worker.clients(good)))).toEqual(["200"]);
  });
});

describe("rotation", () => {
  async function successor() {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const token = await new SignJWT({ tenant_id: "tenant-1", scope: "records:read" })
      .setProtectedHeader({ alg: "ES256", kid: "successor" })
      .setIssuer(TEST_ISSUER)
      .setAudience(TEST_AUDIENCE)
      .setExpirationTime("1h")
      .sign(privateKey);
    return { token, jwk: { ...(await exportJWK(publicKey)), kid: "successor" } };
  }

  test("an announced key verifies at once, together with the one that it replaces", async () => {
    const { token, jwk } = await successor();
    const issuer = await openIssuer((_, response) => publish(response, { keys: [...TEST_JWKS.keys, jwk] }));
    const worker = await startWorker(issuer);
    expect(distinct([await worker.clients(token), await worker.clients(await reader())])).toEqual(["200"]);
    expect(issuer.fetched).toEqual(["/jwks"]);
  });

  test("a key just rotated in verifies at once, without a restart", async () => {
    const issuer = await openIssuer();
    const worker = await startWorker(issuer);
    expect((await worker.clients(await reader())).status).toBe(200);
    const { token, jwk } = await successor();
    issuer.endpoint.answer = (_, response) => publish(response, { keys: [jwk] });
    expect((await worker.clients(token)).status).toBe(200);
    expect(issuer.fetched).toEqual(["/jwks", "/jwks"]);
  });

  test("a flood of unknown kids costs the issuer a small burst, and the worker keeps serving", async () => {
    const issuer = await openIssuer();
    const worker = await startWorker(issuer);
    const good = await reader();
    expect((await worker.clients(good)).status).toBe(200);
    for (let wave = 0; wave < 10; wave += 1) {
      const invented = await times(20, (index) => mintToken({ header: { kid: `${wave}-${index}` } }));
      const refused = await times(20, (index) => worker.clients(invented[index] ?? ""));
      expect(distinct(refused)).toEqual(["401 invalid_token"]);
    }
    expect((await worker.clients(good)).status).toBe(200);
    expect(issuer.fetched.length).toBe(1 + UNKNOWN_KEY_FETCHES_MAX);
  });

  test("a worker that starts after a rotation knows the new key and no longer the old one", async () => {
    const { token, jwk } = await successor();
    const issuer = await openIssuer((_, response) => publish(response, { keys: [jwk] }));
    const worker = await startWorker(issuer);
    expect((await worker.clients(token)).status).toBe(200);
    expect(await worker.clients(await reader())).toMatchObject({ status: 401, code: "invalid_token" });
  });
});
