import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { TEST_AUTH_BINDINGS } from "./test/support/auth-settings.ts";

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { ...TEST_AUTH_BINDINGS, TEST_MIGRATIONS: await readD1Migrations("./migrations") },
            },
          })),
        ],
        test: {
          name: "workerd",
          include: ["test/**/*.test.ts"],
          exclude: ["test/node/**"],
          setupFiles: ["./test/support/quiet.ts", "./test/support/migrate.ts"],
          testTimeout: 60_000,
          isolate: false,
          maxWorkers: 1,
          // Handing the worker's log to vitest from a request that has ended can hang the run after its last test.
          disableConsoleIntercept: true,
        },
      },
      { test: { name: "node", include: ["test/node/**/*.test.ts"], testTimeout: 120_000 } },
    ],
  },
});
