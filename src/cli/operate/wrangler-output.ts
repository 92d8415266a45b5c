import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed } from "../failure.ts";
import { PROJECT_ROOT } from "../local/project.ts";

export const WRANGLER = fileURLToPath(import.meta.resolve("wrangler"));
export const WRANGLER_ENVIRONMENT = { ...process.env, WRANGLER_HIDE_BANNER: "true" };

/** wrangler's standard output, or a failure with its error output. */
export async function wranglerOutput(args: readonly string[]): Promise<Result<string, CommandFailure>> {
  try {
    const argv = ["--no-warnings", WRANGLER, ...args];
    const options = { cwd: PROJECT_ROOT, env: WRANGLER_ENVIRONMENT, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(process.execPath, argv, options);
    return ok(stdout);
  } catch (error) {
    const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
    const words = `${stderr}\n${stdout}`.trim() || String(error);
    return err(failed(`wrangler ${args.slice(0, 2).join(" ")} failed:\n${words}`));
  }
}
