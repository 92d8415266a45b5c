import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../../src/cli/local/project.ts";
import { freePort, runCommand, startService, temporaryDirectory } from "./cli/command-line.ts";

/** The README's tour, as a reader copies it. */
async function tour(): Promise<string> {
  const readme = await readFile(join(PROJECT_ROOT, "README.md"), "utf8");
  const [, block] = /## A tour\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme) ?? [];
  if (block === undefined) throw new Error("The README has no tour.");
  return block;
}

test("the README's tour, pasted as one block, shows what it says, on another port too", async () => {
  const [port, directory] = [await freePort(), await temporaryDirectory()];
  await startService(port, directory);
  const { stdout: token } = await runCommand(["token", "--tenant", "tour", "--data-dir", directory]);
  const { stdout } = await promisify(execFile)("bash", ["-c", await tour()], {
    cwd: PROJECT_ROOT,
    timeout: 60_000,
    env: {
      ...process.env,
      LOAN_LEDGER_URL: `http://localhost:${port}`,
      LOAN_LEDGER_TOKEN: token.trim(),
    },
  });
  const shown = [
    '"status":"duplicate"',
    '"payment_fee":99.99',
    '"disbursement_amount":10000',
    '"disbursement_amount":9000.5',
    '"new_maturity_date":"2025-12-20T12:34:56Z"',
    '"write_off_amount":999.5',
    '"status":"ongoing"',
    '"principal_outstanding_minor":"10000000"',
    "Principal Receivable",
    '"mode":"records"',
    '"account_name":"Cash","currency":"USD","layer":"SETTLED",',
    '"normal_balance_minor":"100000"',
    '"differences":[]',
  ];
  expect(shown.filter((text) => !stdout.includes(text))).toEqual([]);
  expect(stdout).not.toMatch(/"data":\[\]|\/problems\//);
});
