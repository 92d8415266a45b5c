import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { buildWorker } from "../support/built-worker.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const GZIPPED_BYTES_MAX = 282 * 1024;

describe("what is deployed", () => {
  it("stays under 282 KiB gzipped", async () => {
    expect(gzipSync(await buildWorker()).length).toBeLessThan(GZIPPED_BYTES_MAX);
  });
});

/** What Cloudflare's API for remote migrations has refused before (workers-sdk issues 3892, 4713, 10998, 15314). */
describe("a migration", () => {
  const files = readdirSync(join(ROOT, "migrations")).filter((name) => name.endsWith(".sql"));
  const statements = files.flatMap((name) =>
    readFileSync(join(ROOT, "migrations", name), "utf8")
      .split("--> statement-breakpoint")
      .map((statement) => statement.trim()),
  );

  it("has no comment, no carriage return and no empty statement", () => {
    expect(statements.length).toBeGreaterThan(20);
    for (const statement of statements) {
      expect(statement).not.toMatch(/--|\/\*|\r/);
      expect(statement).not.toBe("");
    }
  });

  it("writes each trigger on one line, its keywords in upper case, without CASE", () => {
    const triggers = statements.filter((statement) => /\btrigger\b/i.test(statement));
    expect(triggers.length).toBeGreaterThan(0);
    for (const trigger of triggers) {
      expect(trigger).toMatch(
        /^CREATE TRIGGER `?\w+`? (BEFORE|AFTER) (UPDATE|DELETE|INSERT) ON [^\n]* BEGIN [^\n]* END;?$/,
      );
      expect(trigger).not.toMatch(/\bcase\b/i);
    }
  });

  it("makes every table STRICT and WITHOUT ROWID", () => {
    const tables = statements.filter((statement) => /^CREATE TABLE/i.test(statement));
    expect(tables.length).toBeGreaterThan(15);
    for (const table of tables) expect(table).toMatch(/\) STRICT, WITHOUT ROWID;?$/);
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
