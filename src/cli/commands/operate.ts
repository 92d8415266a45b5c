import { type Command, Option } from "commander";
import type { DeployOptions } from "../operate/deploy.ts";

/** The operator's commands, which work through wrangler. */
export interface OperateHandlers {
  readonly deploy: (options: DeployOptions) => Promise<number>;
}

export const OPERATE_HANDLERS: OperateHandlers = {
  deploy: async (options) => (await import("../operate/deploy.ts")).deploy(options),
};

const ENVIRONMENTS = ["staging", "production"] as const;

/** Adds `deploy`. */
export function addOperateCommands(
  program: Command,
  handlers: OperateHandlers,
  finish: (exitCode: number) => void,
): void {
  program
    .command("deploy")
    .summary("upload the service to Cloudflare (npm run deploy)")
    .description(
      "Applies the migrations and uploads the service to an environment of wrangler.toml. Refuses\n" +
        "empty AUTH settings, placeholder ids, settings of the local service and missing secrets\n" +
        "before anything is uploaded.",
    )
    .addOption(new Option("--env <name>", "where to").choices(ENVIRONMENTS).makeOptionMandatory())
    .option("--dry-run", "check the configuration and build, without an account")
    .addHelpText(
      "after",
      "\n  npm run deploy -- --env production\n\nAll steps from an empty account: docs/operate.md",
    )
    .action(async ({ env, dryRun = false }: { env: string; dryRun?: boolean }) =>
      finish(await handlers.deploy({ environment: env, dryRun })),
    );
}
