import { execFile, execFileSync } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TEST_AUTH_BINDINGS } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { mintToken } from "../support/tokens.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const EXAMPLES = join(ROOT, "docs/examples");
const MODULES = join(ROOT, "node_modules");
const run = promisify(execFile);

let miniflare: Miniflare;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loan-ledger-example-"));
  miniflare = await startBuiltWorker(await buildWorker(), { bindings: TEST_AUTH_BINDINGS });
});
afterAll(async () => {
  await miniflare.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Runs an example as a tenant of its own; what it printed last. Rejects when it does not exit with 0. */
async function example(tenant: string, command: string, ...args: readonly string[]): Promise<string> {
  const { origin } = await miniflare.ready;
  const token = await mintToken({ tenant, scope: "ingest:write positions:read" });
  const env = { ...process.env, LOAN_LEDGER_URL: origin, LOAN_LEDGER_TOKEN: token };
  const { stdout } = await run(command, args, { cwd: folder, env });
  return stdout.trimEnd().split("\n").at(-1) ?? "";
}

const isThere = (command: string): boolean => {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

describe("the examples exit with 0 against a new service", () => {
  it.skipIf(!isThere("curl"))("curl (skipped where curl is not installed)", async () => {
    expect(await example("curl", "sh", join(EXAMPLES, "flow.sh"))).toBe('200 "outstanding_principal":500,');
  });

  it.skipIf(!isThere("python3"))("Python (skipped where python3 is not installed)", async () => {
    expect(await example("python", "python3", join(EXAMPLES, "flow.py"))).toBe(
      "days past due on 25 March: 10",
    );
  });

  it("TypeScript, with the client's package installed in an empty folder; both compilers accept its types", async () => {
    const { stdout } = await run("npm", ["run", "-s", "client:pack"], { cwd: ROOT });
    const tarball = stdout.trimEnd().split("\n").at(-1) ?? "";
    // The client's own dependencies come from here, so that the test needs no registry.
    const own = ["lossless-json", "openapi-fetch", "openapi-typescript-helpers"].map((name) =>
      join(MODULES, name),
    );
    const args = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder, ...own];
    const packed = (await run("npm", args)).stdout
      .trim()
      .split("\n")
      .map((name) => join(folder, name));
    expect(packed).toHaveLength(own.length);
    await writeFile(
      join(folder, "package.json"),
      '{"name": "integrator", "type": "module", "private": true}',
    );
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", ...packed, tarball], {
      cwd: folder,
    });
    await copyFile(join(EXAMPLES, "flow.ts"), join(folder, "flow.ts"));
    const compilerOptions = {
      module: "nodenext",
      target: "es2023",
      lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
      types: ["node"],
      typeRoots: [join(MODULES, "@types")],
      strict: true,
      noEmit: true,
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["flow.ts"] }));
    for (const compiler of ["typescript/bin/tsc", "@tsd/typescript/typescript/lib/tsc.js"]) {
      const compiled = run(process.execPath, [join(MODULES, compiler), "--project", folder]);
      await compiled.catch(({ stdout }) => expect.fail(`${compiler}: ${stdout}`));
    }
    expect(await example("typescript", process.execPath, "flow.ts")).toBe("days past due on 25 March: 10");
  });
});
