import { readdir, readFile } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

const SOURCE = join(import.meta.dirname, "../../src");

/** Who may import whom: the table of rooms in the README. A room may always import itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "index.ts": [
    "app.ts",
    "config.ts",
    "routes",
    "http",
    "auth",
    "contract",
    "domain",
    "tenant",
    "store",
    "history",
  ],
  "app.ts": ["http", "routes"],
  "env.d.ts": ["index.ts", "tenant/gate.ts"],
  "config.ts": ["domain/result.ts"],
  routes: ["http", "contract", "domain", "tenant/client.ts", "tenant/submission.ts", "store"],
  http: ["auth", "contract", "domain"],
  auth: ["config.ts", "domain"],
  contract: ["domain"],
  domain: [],
  tenant: ["domain", "store", "history"],
  store: ["domain"],
  history: ["domain", "store"],
  cli: ["contract", "domain/result.ts"],
};

/** The only packages that pure code may use, because they are pure themselves. */
const DOMAIN_PACKAGES = ["dinero.js/currencies"];

/** Specifiers of `import … from`, `export … from`, bare `import "…"`, `import("…")`, `require("…")` and the like. */
const IMPORT =
  /(?:^|[;\n])\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']|(?:^|[;\n])\s*import\s*["']([^"']+)["']|\b(?:import|require)\s*\(\s*["'`]([^"'`]+)["'`]/g;

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

const roomOf = (file: string): string => file.split("/")[0] ?? "";

/** What is wrong with the imports of `file`, a path below src/; one sentence each. */
function violations(file: string, text: string): readonly string[] {
  const room = roomOf(file);
  const allowed = ROOMS[room];
  if (!allowed) return [`${file} is in no room of the table`];
  return importsOf(text).flatMap((specifier) => {
    const refused = [`${file} may not import ${specifier}`];
    if (!specifier.startsWith(".")) {
      return room === "domain" && !DOMAIN_PACKAGES.includes(specifier) ? refused : [];
    }
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    if (target === "../package.json" || (roomOf(target) === room && room in ROOMS)) return [];
    return allowed.some((entry) => target === entry || target.startsWith(`${entry}/`)) ? [] : refused;
  });
}

async function sources(): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const entries = await readdir(SOURCE, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name));
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { file: relative(SOURCE, path).split(sep).join("/"), text: await readFile(path, "utf8") };
    }),
  );
}

/** Files that import themselves through others, by a walk from each file. */
function cycles(files: readonly { readonly file: string; readonly text: string }[]): readonly string[] {
  const runtimeOnly = (text: string) => text.replace(/(^|\n)\s*(?:import|export)\s+type\b[^;]*;/g, "$1");
  const graph = new Map(
    files.map(({ file, text }) => [
      file,
      importsOf(runtimeOnly(text))
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => posix.normalize(posix.join(posix.dirname(file), specifier))),
    ]),
  );
  return [...graph.keys()].filter((start) => {
    const seen = new Set<string>();
    const next = [...(graph.get(start) ?? [])];
    for (let file = next.pop(); file !== undefined; file = next.pop()) {
      if (file === start) return true;
      if (!seen.has(file)) next.push(...(graph.get(file) ?? []));
      seen.add(file);
    }
    return false;
  });
}

describe("the rooms of src/", () => {
  it("import one way only, as the table says", async () => {
    const files = await sources();
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(({ file, text }) => violations(file, text))).toEqual([]);
  });

  it("are all real", async () => {
    const inUse = new Set((await sources()).map(({ file }) => roomOf(file)));
    expect(Object.keys(ROOMS).filter((room) => !inUse.has(room))).toEqual([]);
  });

  it("hold no circle of files", async () => {
    expect(cycles(await sources())).toEqual([]);
  });
});

describe("the check itself", () => {
  it.each([
    ["domain/decide.ts", 'import { load } from "../store/load.ts";'],
    ["domain/decide.ts", 'import type { Submission } from "../tenant/submission.ts";'],
    ["domain/decide.ts", 'import {\n  type A,\n  b,\n} from "../contract/values.ts";'],
    ["domain/money.ts", 'import * as z from "zod";'],
    ["domain/money.ts", 'import { readFile } from "node:fs/promises";'],
    ["domain/money.ts", "import { DurableObject } from 'cloudflare:workers';"],
    ["domain/money.ts", 'export * from "../http/problem.ts";'],
    ["domain/money.ts", 'export { parse } from "../contract/json.ts";'],
    ["domain/money.ts", 'import "../config.ts";'],
    ["domain/money.ts", 'const json = await import("../contract/json.ts");'],
    ["domain/money.ts", 'const x: import("../store/load.ts").Loaded = y;'],
    ["store/load.ts", 'import { submit } from "../tenant/client.ts";'],
    ["store/load.ts", 'import { json } from "../contract/json.ts";'],
    ["history/consumer.ts", 'import { TenantGate } from "../tenant/gate.ts";'],
    ["tenant/gate.ts", 'import { problem } from "../http/problem.ts";'],
    ["routes/ingest.ts", 'import { settleGroup } from "../tenant/group.ts";'],
    ["routes/ingest.ts", 'import { app } from "../app.ts";'],
    ["http/body.ts", 'import { routes } from "../routes/ingest.ts";'],
    ["auth/token.ts", 'import { problem } from "../http/problem.ts";'],
    ["contract/json.ts", 'import { load } from "../store/load.ts";'],
    ["config.ts", 'import { money } from "./domain/money.ts";'],
    ["app.ts", 'import { TenantGate } from "./tenant/gate.ts";'],
    ["cli/start.ts", 'import { load } from "../store/load.ts";'],
    ["utils/text.ts", ""],
    ["other.ts", ""],
  ])("refuses, in %s: %s", (file, text) => {
    expect(violations(file, text)).toHaveLength(1);
  });

  it.each([
    ["domain/decide.ts", 'import { err } from "./result.ts";'],
    ["domain/currency.ts", 'import * as currencies from "dinero.js/currencies";'],
    ["routes/ingest.ts", 'import { submit } from "../tenant/client.ts";\nimport { Hono } from "hono";'],
    ["routes/health.ts", 'import { version } from "../../package.json";'],
    ["index.ts", 'export { TenantGate } from "./tenant/gate.ts";'],
    ["http/body.ts", '// import { routes } from "../routes/ingest.ts";'],
  ])("allows, in %s: %s", (file, text) => {
    expect(violations(file, text)).toEqual([]);
  });

  it("sees a circle of files, and none where only types go round", () => {
    const files = (kind: string) => [
      { file: "domain/a.ts", text: 'import { b } from "./b.ts";' },
      { file: "domain/b.ts", text: `import ${kind}{ a } from "./a.ts";` },
    ];
    expect(cycles(files(""))).toEqual(["domain/a.ts", "domain/b.ts"]);
    expect(cycles(files("type "))).toEqual([]);
  });
});
