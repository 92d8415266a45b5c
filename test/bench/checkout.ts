import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_ROOT } from "../support/built-worker.ts";

/**
 * A folder with another state of the project and its modules: the folder itself, or a revision of git, checked out for
 * this process with the modules of this checkout.
 */
export function checkoutOf(folderOrRevision: string): string {
  if (existsSync(join(folderOrRevision, "wrangler.toml"))) return folderOrRevision;
  const git = (...args: string[]) => execFileSync("git", ["-C", PROJECT_ROOT, ...args], { stdio: "pipe" });
  const parent = mkdtempSync(join(tmpdir(), "loan-ledger-checkout-"));
  const folder = join(parent, "project");
  process.once("exit", () => {
    if (existsSync(folder)) git("worktree", "remove", "--force", folder);
    rmSync(parent, { recursive: true, force: true });
  });
  git("worktree", "add", "--detach", folder, folderOrRevision);
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}
