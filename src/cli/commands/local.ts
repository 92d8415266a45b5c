import { type Command, Option } from "commander";
import { SCOPES, type Scope } from "../../contract/scopes.ts";
import type { DevOptions } from "../local/dev.ts";
import type { InitOptions } from "../local/init.ts";
import type { TokenOptions } from "../local/token.ts";
import { type Finish, lifetime, port, scopesOption, tenantOption } from "./options.ts";

/** The commands for the service on this machine. */
export interface LocalHandlers {
  readonly dev: (options: DevOptions) => Promise<number>;
  readonly token: (options: TokenOptions) => Promise<number>;
  readonly init: (options: InitOptions) => Promise<number>;
}

export const LOCAL_HANDLERS: LocalHandlers = {
  dev: async (options) => (await import("../local/dev.ts")).dev(options),
  token: async (options) => (await import("../local/token.ts")).token(options),
  init: async (options) => (await import("../local/init.ts")).init(options),
};

const DEFAULT_PORT = 8787;

const dataDirectory = () =>
  new Option("--data-dir <path>", "folder of the signing key and the data (default: .wrangler)");

/** Adds `dev`, `token` and `init`. */
export function addLocalCommands(program: Command, handlers: LocalHandlers, finish: Finish): void {
  for (const add of [addDev, addToken, addInit]) add(program, handlers, finish);
}

function addDev(program: Command, handlers: LocalHandlers, finish: Finish): void {
  program
    .command("dev")
    .summary("start the service on this machine (npm start)")
    .description("Starts the service on this machine, with its own database and its own tokens.")
    .option("-p, --port <number>", "TCP port", port, DEFAULT_PORT)
    .addOption(dataDirectory())
    .option("--verbose", "log on the terminal, too; it is always in a file")
    .addOption(new Option("-q, --quiet", "does nothing").hideHelp())
    .option("--sample", "sample tape with books, and a link to the console")
    .option("--rate-limits", "limits on each tenant's requests, as deployed")
    .addHelpText(
      "after",
      `
  npm start
  npm start -- --sample
  npm start -- --port 8788 --verbose

To use another issuer, put its AUTH settings into .dev.vars (docs/issuers.md).`,
    )
    .action(
      async (options: {
        port: number;
        dataDir?: string;
        verbose?: boolean;
        rateLimits?: boolean;
        sample?: boolean;
      }) =>
        finish(
          await handlers.dev({
            port: options.port,
            dataDirectory: options.dataDir,
            verbose: options.verbose ?? false,
            rateLimits: options.rateLimits ?? false,
            sample: options.sample ?? false,
          }),
        ),
    );
}

function addToken(program: Command, handlers: LocalHandlers, finish: Finish): void {
  program
    .command("token")
    .summary("mint a bearer token for the local service (npm run token)")
    .description("Mints a bearer token for the local service and prints only the token on standard output.")
    .requiredOption("--tenant <id>", "tenant of the token: 1 to 64 of A-Z a-z 0-9 _ -", tenantOption)
    .addOption(
      new Option("--scope <scopes>", "scopes, separated by spaces")
        .argParser(scopesOption)
        .default(SCOPES, "all of them"),
    )
    .addOption(
      new Option("--expires-in <time>", "lifetime: a number and s, m, h or d, at most 365d")
        .argParser(lifetime)
        .default(30 * 86_400, "30d"),
    )
    .addOption(dataDirectory())
    .addHelpText(
      "after",
      `
  npm run token -- --tenant acme --scope "ingest:write records:read"
  export LOAN_LEDGER_TOKEN=$(npm run -s token -- --tenant acme)

Scopes:
${SCOPES.map((scope) => `  ${scope}`).join("\n")}`,
    )
    .action(
      async (options: { tenant: string; scope: readonly Scope[]; expiresIn: number; dataDir?: string }) =>
        finish(
          await handlers.token({
            tenant: options.tenant,
            scopes: options.scope,
            lifetimeS: options.expiresIn,
            dataDirectory: options.dataDir,
          }),
        ),
    );
}

function addInit(program: Command, handlers: LocalHandlers, finish: Finish): void {
  program
    .command("init")
    .summary("write .dev.vars once, so that plain wrangler works")
    .description(
      "Writes .dev.vars with the settings of the local issuer, if there is no such file, and prepares the local " +
        'database. After it "npx wrangler dev" starts a service that takes the tokens of "loan-ledger token".',
    )
    .addOption(dataDirectory())
    .action(async (options: { dataDir?: string }) =>
      finish(await handlers.init({ dataDirectory: options.dataDir })),
    );
}
