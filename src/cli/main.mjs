#!/usr/bin/env node
// @ts-check
// Plain JavaScript, so that a Node that is too old for the TypeScript beside it still prints a clear message.
import module from "node:module";
import { join } from "node:path";

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

/** @param {unknown} error */
function isMissingPackage(error) {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}

if (!process.features.typescript) {
  fail(
    `Loan Ledger needs Node 22.18 or newer, and this is Node ${process.versions.node}.\n` +
      'Run "npm ci": it installs a newer Node inside node_modules, which "npm start" then uses.',
  );
} else {
  // What was compiled is kept: a second start takes a third of the first one's time.
  module.enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/loan-ledger"));
  try {
    const { run } = await import("./program.ts");
    process.exitCode = await run(process.argv.slice(2));
  } catch (error) {
    if (!isMissingPackage(error)) throw error;
    fail('Some packages are not installed. Run "npm ci" and try again.');
  }
}
