import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { referenceDocument } from "../reference/document.ts";
import { exactDecimals } from "./decimals.ts";

const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
const OUT = join(PROJECT_ROOT, "dist/client");

// The generator needs the compiler's old API, which TypeScript 7 does not have: it gets its own TypeScript 5.9.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === "typescript" ? "@tsd/typescript" : specifier, context),
});

interface Answer {
  content?: Record<string, unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: the document is data
const answersOf = (document: any): Answer[] =>
  Object.values<object>(document.paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ responses }) => Object.values<Answer>(responses)),
  );

/**
 * The types of every route, and the members that hold exact decimals. The client makes the idempotency keys itself, so
 * their header is optional here.
 */
async function routeTypes() {
  const { default: openapiTypes, astToString } = await import("openapi-typescript");
  const document = JSON.parse(JSON.stringify(referenceDocument("0.0.0")));
  document.components.parameters["Idempotency-Key"].required = false;
  for (const answer of answersOf(document)) {
    // The client asks only for JSON if an answer has it.
    const json = answer.content?.["application/json"];
    if (json) answer.content = { "application/json": json };
  }
  const exact = exactDecimals(document);
  return { exact, types: astToString(await openapiTypes(document, { alphabetize: false })) };
}

/** Writes the types of the client; returns the members that hold exact decimals. */
async function generateTypes() {
  const { exact, types } = await routeTypes();
  await mkdir(OUT, { recursive: true });
  await writeFile(join(OUT, "schema.d.ts"), types);
  return exact;
}

/** What the package's module imports; the versions are those that the tests run with. */
const DEPENDENCIES = ["lossless-json", "openapi-fetch"];

/** The description of the package `loan-ledger-client`, which has the version of the service that it was made from. */
async function writePackage(): Promise<void> {
  const own = JSON.parse(await readFile(join(PROJECT_ROOT, "package.json"), "utf8"));
  const description = {
    name: "loan-ledger-client",
    version: own.version,
    description:
      "A typed client of Loan Ledger: exact amounts, idempotency keys, retries, pages and the feed.",
    license: own.license,
    type: "module",
    exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    types: "./index.d.ts",
    files: ["*.js", "*.d.ts"],
    sideEffects: false,
    engines: { node: ">=18" },
    dependencies: Object.fromEntries(DEPENDENCIES.map((name) => [name, own.dependencies[name]])),
  };
  await writeFile(join(OUT, "package.json"), `${JSON.stringify(description, null, 2)}\n`);
  await copyFile(join(import.meta.dirname, "README.md"), join(OUT, "README.md"));
  await copyFile(join(PROJECT_ROOT, "LICENSE"), join(OUT, "LICENSE"));
}

/** Builds the package `loan-ledger-client` in dist/client: one module, its declarations and its description. */
async function buildClient(): Promise<void> {
  await rm(OUT, { recursive: true, force: true });
  const exact = await generateTypes();
  await writePackage();
  await build({
    entryPoints: [join(PROJECT_ROOT, "src/client/index.ts")],
    bundle: true,
    define: { EXACT_MEMBERS: JSON.stringify(exact) },
    packages: "external",
    platform: "neutral",
    format: "esm",
    target: "es2023",
    outfile: join(OUT, "index.js"),
    logLevel: "warning",
  });
  const tsc = join(PROJECT_ROOT, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "--project", "src/client"], { cwd: PROJECT_ROOT });
}

if (import.meta.main) await buildClient();
