import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { TEST_AUTH_BINDINGS } from "../../support/auth-settings.ts";
import { freePort } from "../../support/free-port.ts";
import { cpuMsOf, processes } from "../processes.ts";
import type { Service } from "../variants.ts";

const PEERS = ["transaction", "statement"] as const;
export type PeerName = (typeof PEERS)[number];

export interface Peers {
  readonly services: Readonly<Record<PeerName, Service>>;
  /** Sees that all keys have their event and their client, and drops the databases. */
  readonly stop: () => Promise<void>;
}

/** Installs the peer's modules into a folder of its own, and puts the built peer beside them. */
async function install(folder: string): Promise<void> {
  await copyFile(join(import.meta.dirname, "package.json"), join(folder, "package.json"));
  await promisify(execFile)("npm", ["install", "--prefix", folder], { cwd: folder });
  await build({
    entryPoints: [join(import.meta.dirname, "server.ts")],
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: ["pg", "@hono/node-server"],
    outfile: join(folder, "server.mjs"),
    logLevel: "warning",
  });
}

/** Runs statements one after another; answers the rows of the last. */
type Sql = (database: string | null, ...statements: string[]) => Promise<Record<string, unknown>[]>;

function sqlOf(folder: string, url: string): Sql {
  const { Client } = createRequire(join(folder, "package.json"))("pg");
  return async (database, ...statements) => {
    const client = new Client({ connectionString: urlOf(url, database) });
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) ({ rows } = await client.query(statement));
      return rows;
    } finally {
      await client.end();
    }
  };
}

function urlOf(url: string, database: string | null): string {
  const own = new URL(url);
  if (database !== null) own.pathname = `/${database}`;
  return own.href;
}

async function serve(folder: string, write: PeerName, databaseUrl: string) {
  const port = await freePort();
  const settings = { PORT: String(port), DATABASE_URL: databaseUrl, WRITE: write };
  const child = spawn(process.execPath, [join(folder, "server.mjs")], {
    env: { ...process.env, ...TEST_AUTH_BINDINGS, ...settings, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const ready = once(child.stdout, "data");
  await Promise.race([
    ready,
    ended.then(() => Promise.reject(new Error(`The peer ${write} does not start.`))),
  ]);
  const pid = Number(child.pid);
  return {
    port,
    // Only one peer is under load at a time, so all of PostgreSQL works for it.
    cpuMs: () => [pid, ...processes("postgres")].reduce((sum, one) => sum + (cpuMsOf(one) ?? 0), 0),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Starts both peers, each with a database of its own; the role of `url` must be allowed to make databases. */
export async function startPeers(url: string): Promise<Peers> {
  const folder = await mkdtemp(join(tmpdir(), "loan-ledger-peer-"));
  await install(folder);
  const sql = sqlOf(folder, url);
  const schema = await readFile(join(import.meta.dirname, "schema.sql"), "utf8");
  const databaseOf = (name: PeerName) => `loan_ledger_bench_${name}`;
  const start = async (name: PeerName) => {
    const database = databaseOf(name);
    await sql(null, `DROP DATABASE IF EXISTS ${database}`, `CREATE DATABASE ${database}`);
    await sql(database, schema);
    return serve(folder, name, urlOf(url, database));
  };
  const services = { transaction: await start("transaction"), statement: await start("statement") };
  const stop = async () => {
    for (const name of PEERS) {
      await services[name].stop();
      const count = "(SELECT count(*) FROM";
      const [rows] = await sql(
        databaseOf(name),
        `SELECT ${count} idempotency_keys) AS keys, ${count} events) AS events, ${count} clients) AS clients`,
      );
      await sql(null, `DROP DATABASE ${databaseOf(name)} WITH (FORCE)`);
      if (rows?.keys !== rows?.events || rows?.keys !== rows?.clients) {
        throw new Error(`The peer ${name} has lost some: ${JSON.stringify(rows)}`);
      }
    }
    await rm(folder, { recursive: true, force: true });
  };
  return { services, stop };
}
