import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../../src/cli/local/project.ts";
import { freePort } from "../support/free-port.ts";
import { runCommand, startService, temporaryDirectory } from "./cli/command-line.ts";

/** The tour of a page, as a reader copies it. */
async function tour(page: string): Promise<string> {
  const text = await readFile(join(PROJECT_ROOT, page), "utf8");
  const [, block] = /^#+ A tour\n[\s\S]*?```sh\n([\s\S]*?)```/m.exec(text) ?? [];
  if (block === undefined) throw new Error(`${page} has no tour.`);
  return block;
}

test("the tours of README and docs/tour.md, each pasted as one block, print what they promise", async () => {
  const [port, directory] = [await freePort(), await temporaryDirectory()];
  await startService(port, directory);
  const { stdout: token } = await runCommand(["token", "--tenant", "tour", "--data-dir", directory]);
  const paste = async (page: string) => {
    const { stdout } = await promisify(execFile)("bash", ["-c", await tour(page)], {
      cwd: PROJECT_ROOT,
      timeout: 300_000,
      env: {
        ...process.env,
        LOAN_LEDGER_URL: `http://localhost:${port}`,
        LOAN_LEDGER_TOKEN: token.trim(),
      },
    });
    return stdout;
  };
  const short = await paste("README.md");
  expect(short.match(/"status":"success"/g)).toHaveLength(4);
  expect(short).toContain('"payment_fee":99.99');

  const long = await paste("docs/tour.md");
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
  expect(shown.filter((text) => !long.includes(text))).toEqual([]);
  expect(short + long).not.toMatch(/"data":\[\]|\/problems\//);
});
