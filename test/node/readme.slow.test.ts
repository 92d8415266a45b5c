import { execFile } from "node:child_process";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { PROJECT_ROOT } from "../../src/cli/local/project.ts";
import { freePort } from "../support/free-port.ts";
import { startService, temporaryDirectory } from "./cli/command-line.ts";

/** Lines that say of themselves that a reader cannot paste them everywhere, or that they do not end. */
const NOT_RUN = /# (?:needs hledger|does not end)/;
/** What each `npm` line of README runs: the service, or checks that other tests and workflows run. */
const NPM = /^npm (?:ci|run (?<script>[\w:]+)|start)\b/;

async function blocks(): Promise<readonly string[]> {
  const text = await readFile(join(PROJECT_ROOT, "README.md"), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
}

test("every command line of README works as it stands, pasted in order after a start with the sample", async () => {
  const [port, directory, folder] = [
    await freePort(),
    await temporaryDirectory(),
    await temporaryDirectory(),
  ];
  const { screen } = await startService(port, directory, ["--sample"]);
  const exports = screen.match(/^export .*$/gm) ?? [];
  expect(exports).toHaveLength(2);
  await symlink(join(PROJECT_ROOT, "docs"), join(folder, "docs"));

  // The folder is no checkout, so that the commands leave nothing in one.
  const main = join(PROJECT_ROOT, packageFile.bin["loan-ledger"]);
  const npx = `npx() { [ "$1" = loan-ledger ] && shift && "${process.execPath}" "${main}" "$@"; }`;
  const npmLines: string[] = [];
  let count = 0;
  for (const block of await blocks()) {
    const lines = block.split("\n").filter((line) => line !== "" && !NOT_RUN.test(line));
    if (lines.every((line) => NPM.test(line))) {
      npmLines.push(...lines);
      continue;
    }
    // Each line of commands by itself; what begins with a comment or a function is one paste.
    const pastes = lines.every((line) => /^(?:npx|cp) /.test(line)) ? lines : [lines.join("\n")];
    for (const paste of pastes) {
      const script = [npx, ...exports, "set -eo pipefail", paste].join("\n");
      const ended = await promisify(execFile)("bash", ["-c", script], { cwd: folder }).catch(
        ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
      );
      expect({ paste, ended }).toEqual({
        paste,
        ended: { stdout: expect.any(String), stderr: expect.any(String) },
      });
      expect(ended.stdout).not.toContain("/problems/");
      count += 1;
    }
  }
  expect(count).toBeGreaterThan(12);
  for (const line of npmLines) {
    const { script } = NPM.exec(line)?.groups ?? {};
    if (script !== undefined) expect(packageFile.scripts).toHaveProperty([script]);
  }
});
