import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { TEST_AUTH_BINDINGS } from "../support/auth-settings.ts";
import { buildWorker, compatibilityDateOfDeployment, migrations } from "../support/built-worker.ts";
import { USUAL_TABLES } from "./usual.ts";

/** What is compared: Workers by themselves, the usual way, and this project. */
export type VariantName = "bare" | "usual" | "ours";

/** How D1 behaves: as the local runtime does, counted by `/counts`, or slowed down. */
export type D1Pace =
  | { readonly slowness: "none" | "counted" }
  | { readonly slowness: "busy" | "far"; readonly ms: number };

export const AS_IT_IS: D1Pace = { slowness: "none" };

export interface Running {
  readonly port: number;
  readonly database: D1Database;
  /** CPU time that the runtime has used, in milliseconds; null where the system does not say. */
  readonly cpuMs: () => number | null;
  /** Resident memory of the runtime, in bytes; null where the system does not say. */
  readonly memory: () => number | null;
  readonly stop: () => Promise<void>;
}

const scripts = new Map<VariantName, Promise<string>>();

function scriptOf(variant: VariantName): Promise<string> {
  const known = scripts.get(variant);
  if (known) return known;
  const made = variant === "ours" ? buildWorker() : bundle(`${variant}.ts`);
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

/** Starts a variant in a runtime of its own. In a `directory` that was used before, it finds its data again. */
export async function startVariant(
  variant: VariantName,
  pace: D1Pace = AS_IT_IS,
  directory?: string,
): Promise<Running> {
  const script = await scriptOf(variant);
  const wrapped = await wrapperOf(pace);
  const modules =
    wrapped === null
      ? [{ type: "ESModule" as const, path: "worker.js", contents: script }]
      : [
          { type: "ESModule" as const, path: "index.js", contents: wrapped },
          { type: "ESModule" as const, path: "worker.js", contents: script },
        ];
  const queues = {
    queueProducers: { HISTORY_QUEUE: "history" },
    queueConsumers: { history: { maxBatchSize: 100, maxBatchTimeout: 1 } },
    durableObjects: { TENANT_GATE: { className: "TenantGate", useSQLite: true } },
  };
  const before = new Set(children());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      inspectorPort: Number(process.env.INSP),
      modules,
      compatibilityDate: await compatibilityDateOfDeployment(),
      bindings: { ...TEST_AUTH_BINDINGS },
      ...(directory && { resourcePersistencePath: directory }),
      d1Databases: { DB: "bench" },
      ...(variant === "ours" && queues),
      // The worker's log is written and dropped: a terminal would cost more than the worker.
      handleStructuredLogs: () => {},
    }),
  );
  const { port } = await miniflare.ready;
  const pid = children().find((child) => !before.has(child));
  const { DB } = await miniflare.getBindings<{ DB: D1Database }>();
  return {
    port: Number(port),
    database: DB,
    cpuMs: () => (pid === undefined ? null : cpuMsOf(pid)),
    memory: () => (pid === undefined ? null : memoryOf(pid)),
    stop: () => miniflare.dispose(),
  };
}

/** Makes the tables of both ways in an empty database. */
export async function migrate(database: D1Database): Promise<void> {
  for (const statements of await migrations()) {
    await database.batch(statements.map((statement) => database.prepare(statement)));
  }
  await database.batch(USUAL_TABLES.map((statement) => database.prepare(statement)));
}

/** Processes that this one has started, by Linux's /proc; none elsewhere. */
function children(): readonly number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => statOf(Number(name))?.[1] === String(process.pid))
      .map(Number);
  } catch {
    return [];
  }
}

/** The members of /proc/PID/stat after the command, which may hold spaces. */
function statOf(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

const TICK_MS = 10;
const PAGE_BYTES = 4096;

function cpuMsOf(pid: number): number | null {
  const stat = statOf(pid);
  return stat && (Number(stat[11]) + Number(stat[12])) * TICK_MS;
}

function memoryOf(pid: number): number | null {
  const stat = statOf(pid);
  return stat && Number(stat[21]) * PAGE_BYTES;
}
