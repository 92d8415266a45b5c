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

/** The names of the objects that were called. */
export const called: string[] = [];

type Objects = Cloudflare.Env["TENANT_GATE"] | Cloudflare.Env["WEBHOOK_SENDER"];
type Methods = Record<string, ((...args: readonly unknown[]) => Promise<unknown>) | undefined>;

/** An object of these databases: it is given them before it is called, and again after it was evicted. */
export async function objectNamed(objects: Objects, name: string) {
  const stub = (objects as Cloudflare.Env["TENANT_GATE"]).getByName(name);
  await runInDurableObject(stub, (instance) => {
    const holder = instance as unknown as { env: Cloudflare.Env };
    holder.env = { ...holder.env, ...bindings() };
  });
  return stub;
}

/** Stubs of such objects. The local runtime knows no jurisdictions: one is the beginning of the object's name. */
function objectsIn(objects: Objects, prefix = ""): unknown {
  const getByName = (tenant: string) =>
    new Proxy({} as Methods, {
      get: (_, method: string) => {
        // Or a promise of the stub would never be fulfilled.
        if (method === "then") return undefined;
        return async (...args: readonly unknown[]) => {
          called.push(prefix + tenant);
          const stub = (await objectNamed(objects, prefix + tenant)) as unknown as Methods;
          return stub[method]?.(...args);
        };
      },
    });
  return { getByName, jurisdiction: (name: string) => objectsIn(objects, `${name}:`) };
}

const bindings = () =>
  ({
    ...DATABASES,
    DB_2_JURISDICTION: "eu",
    DB_3_JURISDICTION: "eu",
    TENANT_GATE: objectsIn(env.TENANT_GATE),
    WEBHOOK_SENDER: objectsIn(env.WEBHOOK_SENDER),
  }) as unknown as Partial<Cloudflare.Env>;

export const manyDatabases = { ...env, ...bindings() } as Cloudflare.Env;

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
