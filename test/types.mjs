// @ts-check
/**
 * Checks all types: `npm run types`. The largest program runs in one thread, which takes two thirds of the time that it
 * needs in several, and the others one after another beside it.
 */
import { execFile } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** @param {string} project */
const types = (project) => [TSC, "--noEmit", "--checkers", "1", "--project", project];

/** What runs one after another, in lanes beside each other. The test of the client needs the built client. */
const LANES = [
  [types(".")],
  [
    ...["src/console", "src/docs", "src/home"].map(types),
    [join(ROOT, "src/client/build.ts")],
    types("test/client"),
  ],
];

/** @param {readonly string[][]} commands */
async function run(commands) {
  for (const command of commands) {
    try {
      await promisify(execFile)(process.execPath, command, { cwd: ROOT });
    } catch (error) {
      const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
      console.error(`${stdout}${stderr}`);
      process.exitCode = 1;
      return;
    }
  }
}

await Promise.all(LANES.map(run));
