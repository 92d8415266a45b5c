import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { buildPages } from "./src/pages/build.mjs";
import { answerValidators } from "./test/support/answer-validators.ts";
import {
  TEST_API_KEY_SECRET,
  TEST_AUTH_BINDINGS,
  TEST_LOG_SIGNING_KEY,
  TEST_WEBHOOK_KEY,
} from "./test/support/auth-settings.ts";
import { LastLine } from "./test/support/last-line.ts";
import { BOTH, LIVES, PURE, RANDOM, SLOW } from "./test/support/pure-tests.ts";

const MEMORY = "/dev/shm";
const MEMORY_BYTES_MIN = 2 ** 31;

/**
 * The databases of tests are in memory where there is room for them: then no commit waits for a disk. Not those of whole
 * sizes, which have millions of events.
 */
function keepInMemory(mode: string): void {
  if (mode === "random" || process.env.TMPDIR !== undefined || !existsSync(MEMORY)) return;
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize < MEMORY_BYTES_MIN) return;
  const folder = mkdtempSync(join(MEMORY, "loan-ledger-"));
  process.env.TMPDIR = folder;
  // Services that a test has killed leave theirs behind.
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}

/** A busy machine fails no test: these limits only end a test that hangs. */
const LIMITS = { testTimeout: 600_000, hookTimeout: 600_000 };

/** What other processes compile is kept: wrangler and the command line are started by the dozen. */
const NODE_COMPILE_CACHE = join(import.meta.dirname, "node_modules/.cache/compiled");

const pure: TestProjectInlineConfiguration = {
  test: {
    name: "pure",
    include: [...PURE, ...BOTH],
    exclude: SLOW,
    pool: "threads",
    isolate: false,
    ...LIMITS,
  },
};

/** `virtual:answer-validators`: the reference's schemas as code, for tests that run where ajv cannot compile. */
const answersOfTheReference = {
  name: "answer-validators",
  resolveId: (id: string) => (id === "virtual:answer-validators" ? `\0${id}` : undefined),
  load: (id: string) => (id === "\0virtual:answer-validators" ? answerValidators() : undefined),
};

/** What needs the runtime: one workerd for all files, each with a database of its own. */
const workerd = ({ include = ["test/**/*.test.ts"], exclude = [] as string[], allRuns = false }) => ({
  plugins: [
    answersOfTheReference,
    cloudflareTest(async () => {
      await buildPages();
      return {
        wrangler: { configPath: "./wrangler.toml" },
        miniflare: {
          bindings: {
            ...TEST_AUTH_BINDINGS,
            WEBHOOK_KEY: TEST_WEBHOOK_KEY,
            LOG_SIGNING_KEY: TEST_LOG_SIGNING_KEY,
            API_KEY_SECRET: TEST_API_KEY_SECRET,
            TEST_MIGRATIONS: await readD1Migrations("./migrations"),
            TEST_ALL_RUNS: allRuns,
          },
          // Nothing that a test leaves behind may reach out, to a webhook's receiver for example.
          outboundService: () => new Response(null, { status: 503 }),
          d1Databases: { TEST_DB_2: "test-db-2", TEST_DB_3: "test-db-3" },
          ratelimits: { TEST_LIMIT: { namespace_id: "1", simple: { limit: 3, period: 60 } } },
        },
      };
    }),
  ],
  test: {
    name: "workerd",
    include,
    exclude: ["test/{node,client}/**", ...PURE, ...SLOW, ...exclude],
    setupFiles: ["./test/support/quiet.ts", "./test/support/migrate.ts"],
    ...LIMITS,
    isolate: false,

    // Handing the worker's log to vitest from a request that has ended can hang the run after its last test.
    disableConsoleIntercept: true,
  },
});

/** What starts services and built workers from outside. */
const node: TestProjectInlineConfiguration = {
  test: {
    name: "node",
    include: ["test/{node,client}/**/*.test.ts"],
    exclude: [...PURE, ...SLOW],
    env: { NODE_COMPILE_CACHE },
    ...LIMITS,
  },
};

/** What takes long, in smaller sizes or whole ones (test/support/sizes.ts). */
const slow = (isWhole: boolean): TestProjectInlineConfiguration => ({
  test: { name: "slow", include: SLOW, env: { TEST_WHOLE: String(isWhole), NODE_COMPILE_CACHE }, ...LIMITS },
});

/** What each `--mode` runs: `slow`, `random`, or without one everything else. */
const PROJECTS: Readonly<Record<string, TestProjectInlineConfiguration[]>> = {
  slow: [slow(false), workerd({ include: LIVES })],
  random: [workerd({ include: RANDOM, allRuns: true }), slow(true)],
};

export default defineConfig(({ mode }) => {
  keepInMemory(mode);
  return {
    test: {
      reporters: ["default", new LastLine()],
      maxWorkers: 2,
      slowTestThreshold: 20_000,
      projects: PROJECTS[mode] ?? [pure, workerd({ exclude: LIVES }), node],
    },
  };
});
