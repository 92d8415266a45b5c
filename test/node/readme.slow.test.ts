import { execFile } from "node:child_process";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodeJwt } from "jose";
import { beforeAll, expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { requireFreePort } from "../../src/cli/local/port.ts";
import { PROJECT_ROOT } from "../../src/cli/local/project.ts";
import { runCommand, sharedService, temporaryDirectory } from "./cli/command-line.ts";

let shared: Awaited<ReturnType<typeof sharedService>>;
beforeAll(async () => {
  shared = await sharedService(["--sample"]);
  return shared.stop;
});

/** The token of the first screen, and that of the link to the console. */
const tokensOf = (screen: string): readonly [own: string, link: string] => [
  /^export LOAN_LEDGER_TOKEN=(\S+)$/m.exec(screen)?.[1] ?? "",
  /\/console#token=(\S+)/.exec(screen)?.[1] ?? "",
];

test("a service with the sample shows late loans, and its link only reads and expires after twelve hours", async () => {
  const { directory, service } = shared;
  const [own, link] = tokensOf(service.screen);
  expect(decodeJwt(own)).toMatchObject({ tenant_id: "sample" });
  expect(service.screen.split(own)).toHaveLength(2);
  const { tenant_id, scope, exp = 0, iat = 0 } = decodeJwt(link);
  expect({ tenant_id, lifetime: exp - iat }).toEqual({ tenant_id: "sample", lifetime: 12 * 3600 });
  expect(String(scope).split(" ")).toContain("records:read");
  expect(String(scope)).not.toMatch(/write|manage/);
  const reader = ["--url", shared.url, "--token", link];
  const shown = await runCommand(["portfolio", ...reader]);
  expect(shown).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/USD\nDisbursed[\s\S]*\nLate +days/),
  });
  const books = ["bookkeeping", "proof", "--url", shared.url, "--token", own];
  expect(await runCommand(books)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^As of [\d-]{10}: 100 disbursements compared, nothing differs\.\n$/),
  });
  const { stdout: tenants } = await runCommand(["tenants", "--data-dir", directory]);
  expect(tenants).toMatch(/^Tenant +events +last event +behind +dead +failing +database\nsample +\d{4} /);
});

/** Lines that say of themselves that a reader cannot paste them everywhere, or that they do not end. */
const NOT_RUN = /# (?:needs hledger|does not end)/;
/** What each `npm` line of README runs: the service, or checks that other tests and workflows run. */
const NPM = /^npm (?:ci|run (?<script>[\w:]+)|start)\b/;

async function blocks(): Promise<readonly string[]> {
  const text = await readFile(join(PROJECT_ROOT, "README.md"), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
}

test("every command line of README works as it stands, pasted in order after a start with the sample", async () => {
  const folder = await temporaryDirectory();
  const exports = shared.service.screen.match(/^export .*$/gm) ?? [];
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

test("SIGTERM ends it with 0 and frees the port, and a second start with the sample leaves the data as they are", async () => {
  const { port, service } = shared;
  const [, link] = tokensOf(service.screen);
  const exported = () => runCommand(["export", "events", "--url", shared.url, "--token", link]);
  const events = await exported();
  expect(events.exitCode).toBe(0);
  expect(await service.end("SIGTERM")).toEqual({ exitCode: 0, signal: null, stderr: "" });
  expect(service.printed().trim()).toBe("Loan Ledger stopped: asked to end (SIGTERM). The data stays.");
  expect(await requireFreePort(port, 0)).toEqual({ ok: true, value: undefined });
  await shared.start();
  expect(shared.service.screen).toContain("/console#token=");
  expect(await exported()).toEqual(events);
});
