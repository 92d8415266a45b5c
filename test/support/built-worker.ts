/** The worker as it is deployed: wrangler's own bundle, in workerd, below wrangler's development proxy. Node only. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { buildPages } from "../../src/pages/build.mjs";

export const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
const QUIET = { WRANGLER_SEND_METRICS: "false", WRANGLER_WRITE_LOGS: "false", WRANGLER_HIDE_BANNER: "true" };

/**
 * The script that `wrangler deploy` would upload. Rejects with wrangler's own words when it does not build. A script is
 * kept while no file that it is made of changes, so that one build serves all tests.
 */
export async function buildWorker(root = PROJECT_ROOT): Promise<string> {
  const kept = join(root, "node_modules/.cache/built-worker", `${await sourceState(root)}.js`);
  const known = await readFile(kept, "utf8").catch(() => null);
  if (known !== null && root === PROJECT_ROOT) {
    // The build made the pages too, the last of them this one.
    if (!existsSync(join(root, "dist/pages/docs.html"))) await buildPages();
    return known;
  }
  const script = await builtAnew(root);
  const folder = dirname(kept);
  await mkdir(folder, { recursive: true });
  await writeFile(`${kept}.${process.pid}`, script);
  await rename(`${kept}.${process.pid}`, kept);
  for (const name of await readdir(folder)) {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > DAY_MS) await rm(join(folder, name), { force: true });
  }
  return script;
}

const DAY_MS = 86_400_000;

/** Changes when a file that the worker is made of does. */
async function sourceState(root: string): Promise<string> {
  const below = await readdir(join(root, "src"), { recursive: true });
  const names = [...below.sort().map((name) => join("src", name)), "wrangler.toml", "package-lock.json"];
  const states = await Promise.all(
    names.map(async (name) => {
      const { mtimeMs, size } = await stat(join(root, name));
      return `${name} ${mtimeMs} ${size}`;
    }),
  );
  return createHash("sha256")
    .update([root, ...states].join("\n"))
    .digest("hex");
}

async function builtAnew(root: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "loan-ledger-build-"));
  try {
    await promisify(execFile)(
      process.execPath,
      [
        join(root, "node_modules/wrangler/bin/wrangler.js"),
        ...["deploy", "--dry-run", "--env", "", "--outdir", directory],
      ],
      { cwd: root, env: { ...process.env, ...QUIET } },
    );
    return await readFile(join(directory, "index.js"), "utf8");
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export interface BuiltWorkerOptions {
  /** Settings of the worker, as `vars` in wrangler.toml. */
  readonly bindings: Readonly<Record<string, string>>;
  /** Where the data goes, and stays; without it, a place that ends with the worker. */
  readonly directory?: string;
  /** Sees each line that the worker logs. */
  readonly onLog?: (line: string) => void;
}

/**
 * Starts the script in an isolate and a database of its own, all migrations applied; the caller disposes of it.
 */
export async function startBuiltWorker(script: string, options: BuiltWorkerOptions): Promise<Miniflare> {
  const { bindings, directory, onLog } = options;
  const compatibilityDate = await compatibilityDateOfDeployment();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate,
      bindings: { ...bindings },
      ...(directory && { resourcePersistencePath: directory }),
      d1Databases: { DB: "loan-ledger" },
      compatibilityFlags: ["global_fetch_strictly_public", "enable_request_signal", "nodejs_compat"],
      durableObjects: {
        TENANT_GATE: { className: "TenantGate", useSQLite: true },
        WEBHOOK_SENDER: { className: "WebhookSender", useSQLite: true },
      },
      assets: {
        directory: join(PROJECT_ROOT, "dist/pages"),
        binding: "ASSETS",
        run_worker_first: ["/*", "!/assets/*"],
        routerConfig: { has_user_worker: true },
        assetConfig: { html_handling: "none", not_found_handling: "none" },
      },
      queueProducers: { HISTORY_QUEUE: "loan-ledger-history" },
      queueConsumers: { "loan-ledger-history": { maxBatchSize: 100, maxBatchTimeout: 1 } },
      handleStructuredLogs: ({ message }) => onLog?.(message),
    }),
  );
  const { DB } = await miniflare.getBindings<{ DB: D1Database }>();
  const tables = await DB.prepare("SELECT name FROM sqlite_master WHERE name = 'events'").all();
  // A place that stays has been here before.
  for (const statements of tables.results.length > 0 ? [] : await migrations()) {
    await DB.batch(statements.map((statement) => DB.prepare(statement)));
  }
  return miniflare;
}

/** wrangler.toml's own, so that the bundle runs on the runtime behaviour that it was built for. */
export async function compatibilityDateOfDeployment(): Promise<string> {
  const text = await readFile(join(PROJECT_ROOT, "wrangler.toml"), "utf8");
  const date = /^compatibility_date = "([0-9-]+)"$/m.exec(text)?.[1];
  if (date === undefined) throw new Error("wrangler.toml states no compatibility_date");
  return date;
}

export async function migrations(root = PROJECT_ROOT): Promise<readonly (readonly string[])[]> {
  const folder = join(root, "migrations");
  const names = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.map((text) => text.split("--> statement-breakpoint"));
}
