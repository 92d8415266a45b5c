import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { TEST_AUTH_BINDINGS } from "../support/auth-settings.ts";
import { buildWorker, migrations, PROJECT_ROOT } from "../support/built-worker.ts";
import { freePort } from "../support/free-port.ts";
import { children, cpuMsOf } from "./processes.ts";
import { USUAL_TABLES } from "./usual.ts";

/** Workers by themselves, the usual way, this project, and another state of it. */
export type VariantName = "bare" | "usual" | "ours" | "earlier";

/** How D1 behaves: as the local runtime does, counted by `/counts`, or slowed down. */
export type D1Pace =
  | { readonly slowness: "none" | "counted" }
  | { readonly slowness: "busy" | "far"; readonly ms: number };

export const AS_IT_IS: D1Pace = { slowness: "none" };

/** What is under load. */
export interface Service {
  readonly port: number;
  /** CPU time that it has used, in milliseconds; null where the system does not say. */
  readonly cpuMs: () => number | null;
  readonly stop: () => Promise<void>;
}

export interface Running extends Service {
  readonly database: D1Database;
}

/** The checkout of the variant `earlier`, a folder with its modules. */
let earlier: string | null = null;
export function compareWith(checkout: string): void {
  earlier = resolve(checkout);
}

const rootOf = (variant: VariantName) => (variant === "earlier" ? (earlier ?? PROJECT_ROOT) : PROJECT_ROOT);
const isProject = (variant: VariantName) => variant === "ours" || variant === "earlier";

const scripts = new Map<VariantName, Promise<string>>();

function scriptOf(variant: VariantName): Promise<string> {
  const known = scripts.get(variant);
  if (known) return known;
  const made = isProject(variant) ? buildWorker(rootOf(variant)) : bundle(`${variant}.ts`);
  scripts.set(variant, made);
  return made;
}

async function bundle(file: string, define: Record<string, string> = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, file)],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker", "browser"],
    external: ["./worker.js", "cloudflare:*", "node:*"],
    define,
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`esbuild made nothing of ${file}`);
  return output.text;
}

/** What is bundled around the variant's script, if anything is. */
async function wrapperOf(pace: D1Pace): Promise<string | null> {
  if (!("ms" in pace)) return pace.slowness === "counted" ? bundle("counted.ts") : null;
  return bundle("slow-d1.ts", { SLOWNESS: JSON.stringify(pace.slowness), CALL_MS: String(pace.ms) });
}

/**
 * What the worker logs is written, and read by no one: miniflare would parse each line on a core that the services and
 * the load need.
 */
function withoutLog(): void {
  const folder = mkdtempSync(join(tmpdir(), "loan-ledger-workerd-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const silent = join(folder, "workerd");
  const workerd =
    process.env.MINIFLARE_WORKERD_PATH ?? join(PROJECT_ROOT, "node_modules/workerd/bin/workerd");
  writeFileSync(silent, `#!/bin/sh\nexec "${workerd}" "$@" > /dev/null\n`, { mode: 0o755 });
  process.env.MINIFLARE_WORKERD_PATH = silent;
}
withoutLog();

/** What wrangler.toml says of the runtime, of objects and of the queue. */
function deploymentOf(variant: VariantName) {
  const text = readFileSync(join(rootOf(variant), "wrangler.toml"), "utf8");
  const found = (pattern: RegExp) => {
    const value = pattern.exec(text)?.[1];
    if (value === undefined) throw new Error(`wrangler.toml: nothing matches ${pattern}`);
    return value;
  };
  const compatibilityDate = found(/^compatibility_date = "([0-9-]+)"$/m);
  if (!isProject(variant)) return { compatibilityDate };
  const objects = [...text.matchAll(/^name = "([A-Z_]+)"\nclass_name = "(\w+)"$/gm)];
  return {
    compatibilityDate,
    compatibilityFlags: JSON.parse(found(/^compatibility_flags = (\[.*\])$/m)) as string[],
    durableObjects: Object.fromEntries(
      objects.map(([, name = "", className = ""]) => [name, { className, useSQLite: true }]),
    ),
    queueProducers: { HISTORY_QUEUE: "history" },
    queueConsumers: {
      history: {
        maxBatchSize: Number(found(/^max_batch_size = (\d+)$/m)),
        maxBatchTimeout: Number(found(/^max_batch_timeout = (\d+)$/m)),
      },
    },
  };
}

/**
 * Starts a variant in a runtime of its own, the port that of the worker itself. In a `directory` that was used before,
 * it finds its data again.
 */
export async function startVariant(
  variant: VariantName,
  pace: D1Pace = AS_IT_IS,
  directory?: string,
): Promise<Running> {
  const script = await scriptOf(variant);
  const wrapped = await wrapperOf(pace);
  const modules = [{ type: "ESModule" as const, path: "worker.js", contents: script }];
  if (wrapped !== null) modules.unshift({ type: "ESModule" as const, path: "index.js", contents: wrapped });
  const port = await freePort();
  const before = new Set(children());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules,
      bindings: { ...TEST_AUTH_BINDINGS },
      ...(directory && { resourcePersistencePath: directory }),
      d1Databases: { DB: "bench" },
      ...deploymentOf(variant),
      unsafeDirectSockets: [{ host: "127.0.0.1", port }],
      handleStructuredLogs: ({ level, message }) => level === "error" && console.error(message),
    }),
  );
  await miniflare.ready;
  const pid = children().find((child) => !before.has(child));
  const { DB } = await miniflare.getBindings<{ DB: D1Database }>();
  return {
    port,
    database: DB,
    cpuMs: () => (pid === undefined ? null : cpuMsOf(pid)),
    stop: () => miniflare.dispose(),
  };
}

/** Makes the variant's tables in an empty database. Bare Workers have those of the project to read from. */
export async function migrate(variant: VariantName, { database }: Running): Promise<void> {
  const sets = variant === "usual" ? [USUAL_TABLES] : await migrations(rootOf(variant));
  for (const statements of sets) {
    await database.batch(statements.map((statement) => database.prepare(statement)));
  }
}
