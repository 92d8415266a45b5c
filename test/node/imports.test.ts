import { readdir, readFile } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOMS } from "./rooms.ts";

const SOURCE = join(import.meta.dirname, "../../src");

/**
 * The books inside the layers: what may import what within and across `domain`, `contract` and `store`. Every
 * room may import `core`, which imports none; the two books never import each other; they meet in bookkeeping, the command
 * and the log.
 */
const BOOKS: Readonly<Record<string, readonly string[]>> = {
  "domain/core": ["domain/core"],
  "domain/tape": ["domain/core", "domain/tape"],
  "domain/ledger": ["domain/core", "domain/ledger"],
  "domain/position": ["domain/core", "domain/tape", "domain/position"],
  "domain/analytics": ["domain/core", "domain/position", "domain/analytics"],
  "domain/bookkeeping": [
    "domain/core",
    "domain/tape",
    "domain/position",
    "domain/ledger",
    "domain/bookkeeping",
  ],
};

/** The only packages that pure code may use, because they are pure themselves. */
const DOMAIN_PACKAGES = ["dinero.js/currencies", "uuid", "node:crypto"];

/** Specifiers of `import … from`, `export … from`, bare `import "…"`, `import("…")`, `require("…")` and the like. */
const IMPORT =
  /(?:^|[;\n])\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']|(?:^|[;\n])\s*import\s*["']([^"']+)["']|\b(?:import|require)\s*\(\s*["'`]([^"'`]+)["'`]/g;

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

const bookOf = (file: string): string | undefined => /^[^/]+\/(tape|ledger)\//.exec(file)?.[1];

/** True for an import from one book to the other, in whatever layers the two files are. */
function meets(file: string, target: string): boolean {
  const [from, to] = [bookOf(file), bookOf(target)];
  return from !== undefined && to !== undefined && from !== to;
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
      if (room === "domain") return DOMAIN_PACKAGES.includes(specifier) ? [] : refused;
      return room === "reads" && /^(?:hono|@hono)(?:\/|$)/.test(specifier) ? refused : [];
    }
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    const book = BOOKS[file.split("/").slice(0, 2).join("/")];
    if (book && !book.some((entry) => target.startsWith(`${entry}/`))) return refused;
    if (meets(file, target)) return refused;
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
const runtimeOnly = (text: string) => text.replace(/(^|\n)\s*(?:import|export)\s+type\b[^;]*;/g, "$1");

/** Rooms that take only the types of answers: the schemas would bring zod to each screen. */
const READERS = ["console", "cli"];

const loadsAnswers = (file: string, text: string): boolean =>
  READERS.includes(roomOf(file)) &&
  importsOf(runtimeOnly(text)).some((specifier) => /(?:^|[/-])answers?(?:-types)?\.ts$/.test(specifier));

function cycles(files: readonly { readonly file: string; readonly text: string }[]): readonly string[] {
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

  it("read answers by their types only", async () => {
    const files = await sources();
    expect(files.filter(({ file, text }) => loadsAnswers(file, text)).map(({ file }) => file)).toEqual([]);
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
    ["domain/tape/decide.ts", 'import { load } from "../../store/load.ts";'],
    ["domain/tape/decide.ts", 'import type { Submission } from "../../tenant/submission.ts";'],
    ["domain/tape/decide.ts", 'import {\n  type A,\n  b,\n} from "../../contract/values.ts";'],
    ["domain/core/money.ts", 'import * as z from "zod";'],
    ["domain/core/money.ts", 'import { readFile } from "node:fs/promises";'],
    ["domain/core/money.ts", "import { DurableObject } from 'cloudflare:workers';"],
    ["domain/core/money.ts", 'export * from "../../http/problem.ts";'],
    ["domain/core/money.ts", 'export { parse } from "../../contract/json.ts";'],
    ["domain/core/money.ts", 'import "../../config/auth.ts";'],
    ["domain/core/money.ts", 'const json = await import("../../contract/json.ts");'],
    ["domain/core/money.ts", 'const x: import("../../store/load.ts").Loaded = y;'],
    ["store/load.ts", 'import { submit } from "../tenant/client.ts";'],
    ["store/load.ts", 'import { json } from "../contract/json.ts";'],
    ["fanout/consumer.ts", 'import { TenantGate } from "../tenant/gate.ts";'],
    ["tenant/gate.ts", 'import { problem } from "../http/problem.ts";'],
    ["routes/ingest.ts", 'import { settleGroup } from "../tenant/group.ts";'],
    ["routes/ingest.ts", 'import { app } from "../app.ts";'],
    ["reads/portfolio.ts", 'import { read } from "../routes/read.ts";'],
    ["reads/portfolio.ts", 'import { renderJson } from "../http/problem.ts";'],
    ["reads/portfolio.ts", 'import type { Context } from "hono";'],
    ["http/body.ts", 'import { routes } from "../routes/ingest.ts";'],
    ["auth/token.ts", 'import { problem } from "../http/problem.ts";'],
    ["contract/json.ts", 'import { load } from "../store/load.ts";'],
    ["config/auth.ts", 'import { money } from "../domain/core/money.ts";'],
    ["domain/core/money.ts", 'import { decide } from "../tape/decide.ts";'],
    ["domain/tape/decide.ts", 'import { mirror } from "../ledger/journal.ts";'],
    ["domain/ledger/decide.ts", 'import type { Command } from "../command.ts";'],
    ["contract/ledger/bodies.ts", 'import { clientFields } from "../../domain/tape/fields.ts";'],
    ["store/tape/rows.ts", 'import { toEntries } from "../ledger/load.ts";'],
    ["app.ts", 'import { TenantGate } from "./tenant/gate.ts";'],
    ["cli/start.ts", 'import { load } from "../store/load.ts";'],
    ["utils/text.ts", ""],
    ["other.ts", ""],
  ])("refuses, in %s: %s", (file, text) => {
    expect(violations(file, text)).toHaveLength(1);
  });

  it.each([
    ["domain/tape/decide.ts", 'import { err } from "../core/result.ts";'],
    ["domain/command.ts", 'import type { LedgerCommand } from "./ledger/decide.ts";'],
    ["store/ledger/load.ts", 'import { selection } from "../d1/rows.ts";'],
    ["domain/core/currency.ts", 'import * as currencies from "dinero.js/currencies";'],
    ["routes/ingest.ts", 'import { submit } from "../tenant/client.ts";\nimport { Hono } from "hono";'],
    ["routes/health.ts", 'import { version } from "../../package.json";'],
    ["index.ts", 'export { TenantGate } from "./tenant/gate.ts";'],
    ["http/body.ts", '// import { routes } from "../routes/ingest.ts";'],
  ])("allows, in %s: %s", (file, text) => {
    expect(violations(file, text)).toEqual([]);
  });

  it("finds a schema that a screen would load", () => {
    const text = (kind: string) => `import ${kind}{ position } from "../contract/position/answers.ts";`;
    expect([text(""), text("type ")].map((one) => loadsAnswers("console/view.ts", one))).toEqual([
      true,
      false,
    ]);
  });

  it("finds a circle of files, and none of only types", () => {
    const files = (kind: string) => [
      { file: "domain/a.ts", text: 'import { b } from "./b.ts";' },
      { file: "domain/b.ts", text: `import ${kind}{ a } from "./a.ts";` },
    ];
    expect(cycles(files(""))).toEqual(["domain/a.ts", "domain/b.ts"]);
    expect(cycles(files("type "))).toEqual([]);
  });
});
