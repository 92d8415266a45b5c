import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { unstable_readConfig } from "wrangler";
import { buildPages } from "../../src/pages/build.mjs";
import { TEST_AUTH_BINDINGS } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGES = ["/", "/console", "/docs"];

let service: Miniflare;
let origin: URL;
beforeAll(async () => {
  service = await startBuiltWorker(await buildWorker(), { bindings: TEST_AUTH_BINDINGS });
  origin = await service.ready;
});
afterAll(() => service.dispose());

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(new URL(path, origin), { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const policyOf = (headers: Headers): readonly string[] =>
  headers.get("Content-Security-Policy")?.split("; ") ?? [];

describe.each(PAGES)("the page %s", (path) => {
  it("is HTML for everybody, with headers that isolate it", async () => {
    const { status, headers, text } = await get(path);
    expect(status).toBe(200);
    expect(text).toContain("<!doctype html>");
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cache-control": "no-cache",
    });
    expect(policyOf(headers)).toEqual(
      expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]),
    );
  });

  it("loads only files of its own origin, which are cacheable for a year and have the right types", async () => {
    const { text } = await get(path);
    // A link of an anchor loads nothing.
    const files = [...text.matchAll(/<(?:link|script)\b[^>]*\b(?:src|href)="([^"]+)"/g)].map(
      (match) => match[1] ?? "",
    );
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      expect(file).toMatch(/^\/assets\/[\w.-]+-[0-9a-f]{16}\.(js|css|svg|woff2)$/);
      const { status, headers } = await get(file);
      expect(status).toBe(200);
      expect(headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("Content-Type")).toMatch(
        file.endsWith(".js") ? /^text\/javascript/ : file.endsWith(".css") ? /^text\/css/ : /^(image|font)\//,
      );
      expect(headers.has("traceparent"), "answered without the Worker").toBe(false);
    }
  });

  it("is not sent again to a browser that has this version", async () => {
    const { headers } = await get(path);
    const again = await get(path, { "If-None-Match": headers.get("ETag") ?? "" });
    expect(again.status).toBe(304);
    expect(again.text).toBe("");
    expect(policyOf(again.headers)).toEqual(policyOf(headers));
  });

  it("answers no other method", async () => {
    const response = await fetch(new URL(path, origin), { method: "POST" });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("GET, HEAD");
  });
});

describe("the console's policy", () => {
  it("allows scripts, styles and requests of its own origin, data: pictures, and nothing else", async () => {
    expect(policyOf((await get("/console")).headers)).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });
});

describe("the console's script", () => {
  it("has at most 150 KiB gzipped", async () => {
    const { text } = await get("/console");
    const [, script = ""] = /<script[^>]* src="([^"]+)"/.exec(text) ?? [];
    const bytes = gzipSync((await get(script)).text, { level: 9 }).byteLength;
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(150 * 1024);
  });
});

describe("what was built", () => {
  it("is complete when several builds run at once, and holds nothing else", async () => {
    const parent = await mkdtemp(join(tmpdir(), "loan-ledger-pages-"));
    onTestFinished(() => rm(parent, { recursive: true }));
    const out = join(parent, "pages");
    await mkdir(join(out, "assets"), { recursive: true });
    await writeFile(join(out, "assets/old.js"), "of an earlier build");
    await Promise.all([buildPages(out), buildPages(out), buildPages(out)]);
    const inFolder = async (folder: string) => (await readdir(folder, { recursive: true })).sort();
    expect(await readdir(parent)).toEqual(["pages"]);
    expect(await inFolder(out)).toEqual(await inFolder(join(ROOT, "dist/pages")));
  });

  it.each(["/console.html", "/_headers", "/index.html"])("is not served as the file %s", async (path) => {
    const { status, headers } = await get(path);
    expect(status).toBe(404);
    expect(headers.get("Content-Type")).toBe("application/problem+json");
  });

  it("has no file that was never built", async () => {
    const { status, headers } = await get("/assets/nothing-0123456789abcdef.js");
    expect(status).toBe(404);
    expect(headers.get("Cache-Control") ?? "").not.toContain("immutable");
  });

  it.each([undefined, "staging", "production"])("is deployed to the environment %s", (env) => {
    const config = unstable_readConfig({ config: join(ROOT, "wrangler.toml"), env });
    expect(config.build.command).toBe("node src/pages/build.mjs");
    expect(config.assets).toMatchObject({
      binding: "ASSETS",
      html_handling: "none",
      not_found_handling: "none",
      run_worker_first: ["/*", "!/assets/*"],
    });
  });
});
