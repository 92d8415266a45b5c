import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { unstable_readConfig } from "wrangler";
import { ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, failed, report } from "../failure.ts";
import { PROJECT_ROOT } from "../local/project.ts";
import { configFaults, neededSecrets, secretFaults } from "./ready.ts";
import { WRANGLER, WRANGLER_ENVIRONMENT, wranglerOutput } from "./wrangler-output.ts";

export interface DeployOptions {
  /** An environment of wrangler.toml. */
  readonly environment: string;
  /** Only checks the configuration and builds; needs no account and uploads nothing. */
  readonly dryRun: boolean;
}

/** Runs wrangler on this terminal. Resolves with its exit code. */
async function wrangler(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ["--no-warnings", WRANGLER, ...args], {
    cwd: PROJECT_ROOT,
    env: WRANGLER_ENVIRONMENT,
    stdio: "inherit",
  });
  const [code] = await once(child, "close");
  return typeof code === "number" ? code : 1;
}

async function secretsOf(environment: string): Promise<Result<readonly string[], CommandFailure>> {
  const listed = await wranglerOutput(["secret", "list", "--env", environment, "--format", "json"]);
  if (!listed.ok) return listed;
  const secrets = JSON.parse(listed.value) as readonly { readonly name: string }[];
  return ok(secrets.map(({ name }) => name));
}

async function gitSha(): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["rev-parse", "--short", "HEAD"], {
    cwd: PROJECT_ROOT,
  });
  return stdout.trim();
}

const refuse = (environment: string, faults: readonly string[]): number =>
  report(
    failed(
      [`Not ready for ${environment}. Nothing was uploaded.`, ...faults.map((fault) => `- ${fault}`)].join(
        "\n",
      ),
    ),
  );

/** Migrates and uploads; refuses an environment that is not ready. Resolves with the exit code. */
export async function deploy({ environment, dryRun }: DeployOptions): Promise<number> {
  const config = unstable_readConfig({ config: join(PROJECT_ROOT, "wrangler.toml"), env: environment });
  const faults = configFaults(config, environment);
  if (dryRun) {
    console.error(`Not checked without an account: the secrets ${neededSecrets(config).join(", ")}.`);
  }
  if (faults.length > 0) return refuse(environment, faults);
  if (dryRun) return wrangler(["deploy", "--dry-run", "--env", environment]);
  const secrets = await secretsOf(environment);
  if (!secrets.ok) return report(secrets.error);
  const missing = secretFaults(config, secrets.value, environment);
  if (missing.length > 0) return refuse(environment, missing);
  for (const { binding } of config.d1_databases) {
    const migrated = await wrangler(["d1", "migrations", "apply", binding, "--env", environment, "--remote"]);
    if (migrated !== 0)
      return report(failed(`The database ${binding} was not migrated. Nothing was uploaded.`));
  }
  const uploaded = await wrangler(["deploy", "--env", environment, "--var", `GIT_SHA:${await gitSha()}`]);
  return uploaded === 0 ? EXIT.done : EXIT.stopped;
}
