import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import drizzleConfig from "../../drizzle.config.ts";
import { buildWorker } from "../support/built-worker.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const GZIPPED_BYTES_MAX = 250 * 1024;

describe("what is deployed", () => {
  it("stays under 250 KiB gzipped", async () => {
    expect(gzipSync(await buildWorker()).length).toBeLessThan(GZIPPED_BYTES_MAX);
  });

  it("has migrations that match the tables", () => {
    const directory = mkdtempSync(join(tmpdir(), "loan-ledger-migrations-"));
    try {
      const out = join(directory, "migrations");
      cpSync(join(ROOT, "migrations"), out, { recursive: true });
      const schema = `{${[drizzleConfig.schema].flat().join(",")}}`;
      const printed = execFileSync(
        process.execPath,
        [
          join(ROOT, "node_modules/drizzle-kit/bin.cjs"),
          ...["generate", "--dialect", "sqlite", "--schema", schema],
          ...["--out", relative(ROOT, out)],
        ],
        { cwd: ROOT, encoding: "utf8" },
      );
      expect(printed).toContain("No schema changes");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe("the lock file", () => {
  it.each(["darwin-64", "darwin-arm64", "linux-64", "linux-arm64", "windows-64"])(
    "names the runtime for %s",
    (platform) => {
      const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
      expect(packages).toHaveProperty([`node_modules/@cloudflare/workerd-${platform}`]);
    },
  );
});
