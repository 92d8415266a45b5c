/**
 * Measures the built worker in workerd, below wrangler's development proxy: `npm run bench`. One run's figures compare
 * with each other and with nothing else; machines differ, so the ratios are what counts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importJWK, SignJWT } from "jose";
import {
  TEST_AUDIENCE,
  TEST_AUTH_BINDINGS,
  TEST_ISSUER,
  TEST_KEY_ID,
  TEST_PRIVATE_JWK,
} from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { individual } from "../support/examples.ts";

const ALONE = 200;
const MANY = 3_000;
const IN_FLIGHT = 64;
const TENANTS = 8;

async function token(tenant: string): Promise<string> {
  return new SignJWT({ tenant_id: tenant, scope: "ingest:write records:read" })
    .setProtectedHeader({ alg: "ES256", kid: TEST_KEY_ID })
    .setIssuer(TEST_ISSUER)
    .setAudience(TEST_AUDIENCE)
    .setExpirationTime("1h")
    .sign(await importJWK(TEST_PRIVATE_JWK, "ES256"));
}

type Send = (n: number) => Promise<number>;

async function measure(name: string, count: number, inFlight: number, send: Send): Promise<number> {
  const times: number[] = [];
  let next = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let n = next++; n < count; n = next++) {
        const since = performance.now();
        const status = await send(n);
        if (status >= 300) throw new Error(`${name}: request ${n} answered ${status}`);
        times.push(performance.now() - since);
      }
    }),
  );
  const perSecond = count / ((performance.now() - begin) / 1000);
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1);
  console.log(
    `${name.padEnd(44)} ${perSecond.toFixed(0).padStart(6)}/s   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`,
  );
  return perSecond;
}

const directory = mkdtempSync(join(tmpdir(), "loan-ledger-bench-"));
const miniflare = await startBuiltWorker(await buildWorker(), { bindings: TEST_AUTH_BINDINGS, directory });
try {
  const tokens = await Promise.all(Array.from({ length: TENANTS }, (_, index) => token(`bench-${index}`)));
  const base = await miniflare.ready;
  const call = async (path: string, bearer: string | undefined, init: RequestInit = {}) => {
    const headers = { Authorization: `Bearer ${bearer}`, ...init.headers };
    const response = await fetch(new URL(path, base).href, { ...init, headers });
    await response.arrayBuffer();
    return response.status;
  };
  const create = (bearer: string | undefined, id: string) =>
    call("/ingest", bearer, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": `bench-key-${id}` },
      body: JSON.stringify({ category: "client", data: { ...individual, client_id: id } }),
    });
  const [first] = tokens;
  await measure("(warm-up)", ALONE, 1, (n) => create(first, `warm-${n}`));
  const alone = await measure("create a client, one at a time", ALONE, 1, (n) => create(first, `alone-${n}`));
  const grouped = await measure(`create a client, ${IN_FLIGHT} at once, one tenant`, MANY, IN_FLIGHT, (n) =>
    create(first, `many-${n}`),
  );
  const spread = await measure(
    `create a client, ${IN_FLIGHT} at once, ${TENANTS} tenants`,
    MANY,
    IN_FLIGHT,
    (n) => create(tokens[n % TENANTS], `spread-${n}`),
  );
  const replayed = await measure(`replay a key, ${IN_FLIGHT} at once`, MANY, IN_FLIGHT, (n) =>
    create(first, `many-${n}`),
  );
  const looked = await measure(`look a client up, ${IN_FLIGHT} at once`, MANY, IN_FLIGHT, (n) =>
    call(`/api/tables/clients/many-${n}`, first),
  );
  const ratio = (value: number) => (value / alone).toFixed(1);
  console.log(
    `\nagainst one at a time: grouped ${ratio(grouped)}x, ${TENANTS} tenants ${ratio(spread)}x, replay ${ratio(replayed)}x, look-up ${ratio(looked)}x`,
  );
} finally {
  await miniflare.dispose();
  rmSync(directory, { recursive: true, force: true });
}
