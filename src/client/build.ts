import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
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

/** Builds the export `loan-ledger/client` of the package: one module and its declarations. */
async function buildClient(): Promise<void> {
  const exact = await generateTypes();
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
