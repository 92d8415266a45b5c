import { type Command, InvalidArgumentError, Option } from "commander";
import type { OperatedService } from "../operate/database.ts";
import type { DeployOptions } from "../operate/deploy.ts";
import type { CreateKeyOptions, ListKeysOptions, RevokeKeyOptions } from "../operate/keys.ts";
import { type Finish, jsonOption, lifetime, scopesOption, tenantOption } from "./options.ts";

/** The operator's commands, which run wrangler. */
export interface OperateHandlers {
  readonly deploy: (options: DeployOptions) => Promise<number>;
  readonly tenants: (options: OperatedService & { readonly json: boolean }) => Promise<number>;
  readonly createKey: (options: CreateKeyOptions) => Promise<number>;
  readonly listKeys: (options: ListKeysOptions) => Promise<number>;
  readonly revokeKey: (options: RevokeKeyOptions) => Promise<number>;
  readonly afterRestore: (options: OperatedService) => Promise<number>;
}

export const OPERATE_HANDLERS: OperateHandlers = {
  deploy: async (options) => (await import("../operate/deploy.ts")).deploy(options),
  tenants: async (options) => (await import("../operate/tenants.ts")).tenants(options),
  afterRestore: async (options) => (await import("../operate/after-restore.ts")).afterRestore(options),
  createKey: async (options) => (await import("../operate/keys.ts")).createKey(options),
  listKeys: async (options) => (await import("../operate/keys.ts")).listKeys(options),
  revokeKey: async (options) => (await import("../operate/keys.ts")).revokeKey(options),
};

const ENVIRONMENTS = ["staging", "production"] as const;
const JURISDICTIONS = ["eu", "us", "fedramp"] as const;

/** Adds `deploy`, `tenants`, `keys` and `after-restore`. */
export function addOperateCommands(program: Command, handlers: OperateHandlers, finish: Finish): void {
  for (const add of [addDeploy, addTenants, addKeys, addAfterRestore]) add(program, handlers, finish);
}

/** Adds the options that say where the databases are. */
const withDatabase = (command: Command): Command =>
  command
    .addOption(new Option("--env <name>", "environment (default: the local database)").choices(ENVIRONMENTS))
    .option("--data-dir <path>", "folder of the local data (default: .wrangler)");

/** What those options say. */
interface PlaceFlags {
  readonly env?: string;
  readonly dataDir?: string;
}
const placeOf = ({ env, dataDir }: PlaceFlags): OperatedService => ({
  environment: env,
  dataDirectory: dataDir,
});

function addDeploy(program: Command, handlers: OperateHandlers, finish: Finish): void {
  program
    .command("deploy")
    .summary("upload the service to Cloudflare (npm run deploy)")
    .description(
      "Applies the migrations and uploads the service to an environment of wrangler.toml. Refuses " +
        "empty AUTH settings, placeholder ids, settings of the local service and missing secrets " +
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
}

function addTenants(program: Command, handlers: OperateHandlers, finish: Finish): void {
  withDatabase(
    program
      .command("tenants")
      .summary("list all tenants and what is wrong (operators)")
      .description(
        "Lists all tenants: events, how many of them history has not read yet (behind), open dead " +
          "letters (dead), webhook endpoints that fail (failing).",
      ),
  )
    .addOption(jsonOption())
    .addHelpText("after", "\n  npx loan-ledger tenants --env production")
    .action(async ({ json = false, ...flags }: PlaceFlags & { readonly json?: boolean }) =>
      finish(await handlers.tenants({ ...placeOf(flags), json })),
    );
}

interface CreateKeyFlags extends PlaceFlags {
  readonly tenant: string;
  readonly scopes: CreateKeyOptions["scopes"];
  readonly name: string;
  readonly jurisdiction?: string;
  readonly expiresIn?: number;
  readonly secretFile?: string;
}

interface ListKeysFlags extends PlaceFlags {
  readonly tenant?: string;
  readonly json?: boolean;
}

function addKeys(program: Command, handlers: OperateHandlers, finish: Finish): void {
  const keys = program
    .command("keys")
    .summary("make, list and revoke API keys (operators)")
    .helpCommand(false);
  withDatabase(
    keys
      .command("create")
      .description("Makes an API key for a tenant, and prints only the key on standard output, once.")
      .requiredOption("--tenant <id>", "tenant of the key", tenantOption)
      .addOption(
        new Option("--scopes <scopes>", "scopes, separated by spaces")
          .argParser(scopesOption)
          .makeOptionMandatory(),
      )
      .option("--name <text>", "what it is for; no name of a person", keyName, "first key")
      .addOption(
        new Option("--jurisdiction <name>", "where the tenant's data must be").choices(JURISDICTIONS),
      )
      .option(
        "--expires-in <time>",
        "lifetime: a number and s, m, h or d, at most 365d (default: none)",
        lifetime,
      )
      .option("--secret-file <path>", "file with the service's API_KEY_SECRET (default: the environment's)"),
  )
    .addHelpText(
      "after",
      '\n  npx loan-ledger keys create --tenant acme \\\n    --scopes "ingest:write keys:manage" \\\n    --env production --secret-file api-key-secret',
    )
    .action(
      async ({ tenant, scopes, name, jurisdiction, expiresIn, secretFile, ...flags }: CreateKeyFlags) => {
        const wanted = { tenant, scopes, name, jurisdiction, lifetimeS: expiresIn, secretFile };
        finish(await handlers.createKey({ ...wanted, ...placeOf(flags) }));
      },
    );
  withDatabase(
    keys
      .command("list")
      .description("Lists API keys, the newest first.")
      .option("--tenant <id>", "only this tenant's", tenantOption)
      .addOption(jsonOption()),
  ).action(async ({ tenant, json = false, ...flags }: ListKeysFlags) =>
    finish(await handlers.listKeys({ tenant, json, ...placeOf(flags) })),
  );
  withDatabase(
    keys
      .command("revoke")
      .description("Revokes an API key, and every key that it has made, within a minute.")
      .argument("<id>", "id of the key: the 12 characters after ll_"),
  ).action(async (id: string, flags: PlaceFlags) =>
    finish(await handlers.revokeKey({ id, ...placeOf(flags) })),
  );
}

/** A parser of the names of keys. */
function keyName(text: string): string {
  if (text.trim() !== "" && text.length <= 64 && !/\p{Cc}/u.test(text)) return text.trim();
  throw new InvalidArgumentError("It takes 1 to 64 characters without control characters.");
}

function addAfterRestore(program: Command, handlers: OperateHandlers, finish: Finish): void {
  withDatabase(
    program
      .command("after-restore")
      .summary("put the service right after a database was restored (operators)")
      .description(
        "Rebuilds the placements of tenants from what each database holds, and makes the service call " +
          "every tenant's gate: it writes into the log what the restore took, and what is kept beside it. " +
          "It can be stopped and run again.",
      ),
  )
    .addHelpText(
      "after",
      "\n  npx loan-ledger after-restore --env production\n\nThe whole drill: docs/operate.md, After a restore",
    )
    .action(async (flags: PlaceFlags) => finish(await handlers.afterRestore(placeOf(flags))));
}
