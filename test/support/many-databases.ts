import {
  applyD1Migrations,
  createScheduledController,
  type D1Migration,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { app } from "../../src/app.ts";
import worker from "../../src/index.ts";
import { ALL_SCOPES, Api, newTenant } from "./api.ts";
import { mintToken } from "./tokens.ts";

interface TestBindings {
  readonly TEST_DB_2: D1Database;
  readonly TEST_DB_3: D1Database;
  readonly TEST_MIGRATIONS: D1Migration[];
}

const { TEST_DB_2, TEST_DB_3, TEST_MIGRATIONS } = env as Cloudflare.Env & TestBindings;

/** Makes the tables in the further databases. */
export async function migrateAll(): Promise<void> {
  for (const database of [TEST_DB_2, TEST_DB_3]) await applyD1Migrations(database, TEST_MIGRATIONS);
}

/**
 * The service with three databases: `DB` of no jurisdiction, `DB_2` and `DB_3` in the EU. The local runtime knows no
 * jurisdictions, so a gate in one is an object of another name.
 */
export const DATABASES = { DB: env.DB, DB_2: TEST_DB_2, DB_3: TEST_DB_3 } as const;

/** The names of the gates that were called. */
export const called: string[] = [];

async function gateNamed(name: string) {
  called.push(name);
  const stub = env.TENANT_GATE.getByName(name);
  await runInDurableObject(stub, (instance) => {
    const holder = instance as unknown as { env: Cloudflare.Env };
    holder.env = { ...holder.env, ...SETTINGS };
  });
  return stub;
}

/** A stub that gives the gate its databases before it is called. */
function gatesIn(prefix: string) {
  const getByName = (tenant: string) => ({
    submit: async (...args: unknown[]) =>
      (await gateNamed(prefix + tenant)).submit(...(args as [never, never])),
    submitAll: async (...args: unknown[]) =>
      (await gateNamed(prefix + tenant)).submitAll(...(args as [never, never])),
  });
  return { getByName, jurisdiction: (name: string) => gatesIn(`${name}:`) };
}

const SETTINGS = { ...DATABASES, DB_2_JURISDICTION: "eu", DB_3_JURISDICTION: "eu" } as const;

export const manyDatabases = {
  ...env,
  ...SETTINGS,
  TENANT_GATE: gatesIn("") as unknown as Cloudflare.Env["TENANT_GATE"],
} as Cloudflare.Env;

const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };

/** That service as a tenant whose tokens name a jurisdiction, or none. */
export function apiIn(jurisdiction: string | null, tenant = newTenant()): Api {
  const claims = jurisdiction === null ? {} : { jurisdiction };
  const fetch = async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init);
    const token = await mintToken({ tenant, scope: ALL_SCOPES, claims });
    request.headers.set("Authorization", `Bearer ${token}`);
    return app.fetch(request, manyDatabases, context as never);
  };
  return new Api(tenant, undefined, fetch as never);
}

export const sweepAll = () => worker.scheduled(createScheduledController(), manyDatabases);
