import { type Command, Option } from "commander";
import type { DeployOptions } from "../operate/deploy.ts";
import type { TenantsOptions } from "../operate/tenants.ts";
import type { Finish } from "./options.ts";

/** The operator's commands, which run wrangler. */
export interface OperateHandlers {
  readonly deploy: (options: DeployOptions) => Promise<number>;
  readonly tenants: (options: TenantsOptions) => Promise<number>;
}

export const OPERATE_HANDLERS: OperateHandlers = {
  deploy: async (options) => (await import("../operate/deploy.ts")).deploy(options),
  tenants: async (options) => (await import("../operate/tenants.ts")).tenants(options),
};

const ENVIRONMENTS = ["staging", "production"] as const;

/** Adds `deploy` and `tenants`. */
export function addOperateCommands(program: Command, handlers: OperateHandlers, finish: Finish): void {
  program
    .command("deploy")
    .summary("upload the service to Cloudflare (npm run deploy)")
    .description(
      "Applies the migrations and uploads the service to an environment of wrangler.toml. Refuses\n" +
        "empty AUTH settings, placeholder ids, settings of the local service and missing secrets\n" +
        "before anything is uploaded.",
    )
    .addOption(
      new Option("--env <name>", "environment of wrangler.toml").choices(ENVIRONMENTS).makeOptionMandatory(),
    )
    .option("--dry-run", "check of the configuration and the build, without an account")
    .addHelpText(
      "after",
      "\n  npm run deploy -- --env production\n\nAll steps from an empty account: docs/operate.md",
    )
    .action(async ({ env, dryRun = false }: { env: string; dryRun?: boolean }) =>
      finish(await handlers.deploy({ environment: env, dryRun })),
    );

  program
    .command("tenants")
    .summary("list all tenants and what is wrong (operators)")
    .description(
      "Lists all tenants: events, how many of them history has not read yet (behind), open dead\n" +
        "letters (dead), webhook endpoints that fail (failing).",
    )
    .addOption(new Option("--env <name>", "environment (default: the local database)").choices(ENVIRONMENTS))
    .option("--data-dir <path>", "folder of the local data (default: .wrangler)")
    .addHelpText("after", "\n  npx loan-ledger tenants --env production")
    .action(async ({ env, dataDir }: { env?: string; dataDir?: string }) =>
      finish(await handlers.tenants({ environment: env, dataDirectory: dataDir })),
    );
}
