import { isScope, SCOPES, type Scope } from "../auth/scopes.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { type Failure, parseOptions, report, wrongUsage } from "./arguments.ts";
import { loadOrCreateKey, mintToken } from "./local-issuer.ts";
import { issuerSettingsIn, localFiles, PROJECT_ROOT, readDevVars } from "./project.ts";

const HELP = `Mints a bearer token for the local service and prints it, and nothing else, on standard output.

  npm run token -- --tenant acme --scope "ingest:write records:read"
  TOKEN=$(npm run -s token -- --tenant acme)

  --tenant <id>         required: 1 to 64 of A-Z a-z 0-9 _ -
  --scope <scopes>      separated by spaces (default: all of them)
  --expires-in <time>   a number and s, m, h or d, at most 365d (default: 30d)
  --data-dir <path>     where the signing key lives (default: .wrangler)

Scopes: ${SCOPES.join(" ")}`;

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const DEFAULT_LIFETIME = "30d";
const LIFETIME_MAX_S = 365 * 86_400;

export interface TokenOptions {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly lifetimeS: number;
  readonly dataDirectory: string | undefined;
}

/** Seconds in a lifetime such as `30d`, `12h`, `90m` or `3600s`; undefined when it is none, zero or over a year. */
export function parseLifetime(text: string): number | undefined {
  const [, digits = "", unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS_PER_UNIT[unit] ?? 0);
  return seconds > 0 && seconds <= LIFETIME_MAX_S ? seconds : undefined;
}

function parseScopes(text: string): Result<readonly Scope[], Failure> {
  const scopes = [...new Set(text.split(/\s+/).filter((scope) => scope !== ""))];
  const known = scopes.filter(isScope);
  if (known.length < scopes.length) {
    const unknown = scopes.find((scope) => !isScope(scope));
    return err(wrongUsage(`There is no scope "${unknown}". The scopes are: ${SCOPES.join(" ")}`));
  }
  return known.length > 0
    ? ok(known)
    : err(wrongUsage("--scope names no scope; leave it out for all of them."));
}

/** `"help"`, or the checked options of one token. */
export function parseTokenArguments(argv: readonly string[]): Result<"help" | TokenOptions, Failure> {
  const parsed = parseOptions(argv, {
    tenant: { type: "string" },
    scope: { type: "string", default: SCOPES.join(" ") },
    "expires-in": { type: "string", default: DEFAULT_LIFETIME },
    "data-dir": { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  });
  if (!parsed.ok) return parsed;
  const { tenant, scope, "expires-in": expiresIn, "data-dir": dataDirectory, help } = parsed.value;
  if (help) return ok("help");
  if (tenant === undefined) return err(wrongUsage("--tenant is required, for example --tenant acme."));
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(tenant)) {
    return err(wrongUsage("--tenant takes 1 to 64 of the characters A-Z a-z 0-9 _ -"));
  }
  const lifetimeS = parseLifetime(expiresIn);
  if (lifetimeS === undefined) {
    return err(
      wrongUsage("--expires-in takes a number and a unit, such as 30d, 12h or 3600s, at most 365d."),
    );
  }
  const scopes = parseScopes(scope);
  return scopes.ok ? ok({ tenant, scopes: scopes.value, lifetimeS, dataDirectory }) : scopes;
}

/** The command behind `npm run token`: the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const options = parseTokenArguments(argv);
  if (!options.ok) return report(options.error);
  if (options.value === "help") {
    console.log(HELP);
    return 0;
  }
  const { dataDirectory, ...request } = options.value;
  const key = await loadOrCreateKey(localFiles(dataDirectory).keyFile);
  if (!key.ok) return report(key.error);
  const own = issuerSettingsIn(await readDevVars(PROJECT_ROOT));
  if (own.length > 0) {
    console.error(
      `Note: .dev.vars sets ${own.join(", ")}, so the local service trusts that issuer, not this token.`,
    );
  }
  console.log(await mintToken(key.value, { ...request, issuedAt: new Date() }));
  return 0;
}
