import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodeJwt } from "jose";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../../../src/cli/local/project.ts";
import { occupyPort, runCommand, temporaryDirectory } from "./command-line.ts";

test("token prints the token and nothing else on standard output", async () => {
  const args = [
    "token",
    "--tenant",
    "acme",
    "--scope",
    "records:read",
    "--data-dir",
    await temporaryDirectory(),
  ];
  const { exitCode, stdout } = await runCommand(args);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(decodeJwt(stdout.trim())).toMatchObject({ tenant_id: "acme", scope: "records:read" });
});

test("wrong usage ends with 2, plain sentences on standard error and an empty standard output", async () => {
  expect(await runCommand(["token"])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: "error: required option '--tenant <id>' not specified\n(--help explains the options.)\n",
  });
});

test("a damaged key file ends both commands with 1 and a sentence that says how to repair it", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "local-key.json"), "{");
  const token = await runCommand(["token", "--tenant", "acme", "--data-dir", directory]);
  expect(token).toMatchObject({
    exitCode: 1,
    stdout: "",
    stderr: expect.stringContaining("Delete that file"),
  });
});

test("start on a port in use says so in one line, without a stack trace", async () => {
  const { port } = await occupyPort();
  const ended = await runCommand(["dev", "--port", String(port), "--data-dir", await temporaryDirectory()]);
  expect(ended).toMatchObject({ exitCode: 1, stdout: "" });
  expect(ended.stderr).toMatch(new RegExp(`^Port ${port} is in use\\..*\\n$`));
});

test("a Node that cannot run TypeScript gets a plain message", async () => {
  const ended = await runCommand(["dev"], ["--no-strip-types"]);
  expect(ended).toMatchObject({ exitCode: 1, stdout: "" });
  expect(ended.stderr).toMatch(
    /^Loan Ledger needs Node 22\.18 or newer, and this is Node [\d.]+\.\nRun "npm ci"/,
  );
});

test.each(["dev", "token", "init"])("%s --help explains the command and does not run it", async (command) => {
  const { exitCode, stdout, stderr } = await runCommand([command, "--help"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("--data-dir");
});

test("an unknown command is wrong usage", async () => {
  expect(await runCommand(["stop"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("unknown command 'stop'"),
  });
});

test("npx loan-ledger works from the checkout", async () => {
  const { stdout } = await promisify(execFile)("npx", ["loan-ledger", "--help"], { cwd: PROJECT_ROOT });
  expect(stdout).toContain("Usage: loan-ledger");
});

test("deploy refuses what is not ready in plain sentences, before it runs wrangler", async () => {
  expect(await runCommand(["deploy", "--env", "production"])).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^Not ready for production. Nothing was uploaded.\n- The setting AUTH_ISSUER is missing.\n(?:- The setting .* is missing.\n){2}- The database DB has a placeholder/,
    ),
  });
});
