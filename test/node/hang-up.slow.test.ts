import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { individual } from "../support/examples.ts";
import { mintToken, TEST_AUDIENCE, TEST_ISSUER, TEST_JWKS } from "../support/tokens.ts";

const LANES = 32;
const REQUESTS_A_LANE = 20;
/** Of five requests, two hang up after so many milliseconds. */
const HANGS_UP_AFTER = [null, 0, null, 4, null];

let miniflare: Awaited<ReturnType<typeof startBuiltWorker>>;
beforeAll(async () => {
  const bindings = {
    AUTH_ISSUER: TEST_ISSUER,
    AUTH_AUDIENCE: TEST_AUDIENCE,
    AUTH_JWKS: JSON.stringify(TEST_JWKS),
  };
  miniflare = await startBuiltWorker(await buildWorker(), { bindings });
});
afterAll(() => miniflare.dispose());

/** Posts a client and answers with the status; null where the caller hung up first. */
async function post(
  url: string,
  token: string,
  id: string,
  hangsUpAfter: number | null,
): Promise<number | null> {
  const headers = {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    "Idempotency-Key": `key-of-${id}`,
  };
  const sent = request(url, { method: "POST", headers });
  const answered = once(sent, "response").then(
    ([response]: IncomingMessage[]) => {
      response?.resume();
      return response?.statusCode ?? null;
    },
    () => null,
  );
  sent.end(JSON.stringify({ category: "client", data: { ...individual, client_id: id } }));
  if (hangsUpAfter === null) return answered;
  setTimeout(() => sent.destroy(new Error("hung up")), hangsUpAfter);
  await answered;
  return null;
}

test("callers who hang up keep nobody waiting who shared a call with them, and lose and double nothing", async () => {
  const url = `${(await miniflare.ready).origin}/ingest`;
  const token = await mintToken({ tenant: "hang-up", scope: "ingest:write" });
  const answered: string[] = [];
  const statuses = new Set<number>();
  const lane = async (name: number): Promise<void> => {
    for (let n = 0; n < REQUESTS_A_LANE; n += 1) {
      const id = `C-${name}-${n}`;
      const hangsUpAfter = HANGS_UP_AFTER[(name + n) % HANGS_UP_AFTER.length] ?? null;
      const status = await post(url, token, id, hangsUpAfter);
      if (status === null) continue;
      statuses.add(status);
      answered.push(id);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, name) => lane(name)));
  expect([...statuses]).toEqual([201]);
  expect(answered).toHaveLength((LANES * REQUESTS_A_LANE * 3) / 5);

  const { DB } = await miniflare.getBindings<{ DB: D1Database }>();
  const { results } = await DB.prepare("SELECT record_id, sequence FROM events ORDER BY sequence").all();
  expect(results.map(({ sequence }) => sequence)).toEqual(results.map((_, index) => index + 1));
  const ids = new Set(results.map(({ record_id }) => record_id));
  expect(ids.size).toBe(results.length);
  expect(answered.filter((id) => !ids.has(id))).toEqual([]);
});
