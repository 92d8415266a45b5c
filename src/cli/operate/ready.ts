import { AUTH_SETTINGS, parseAuthConfig } from "../../config/auth.ts";
import { readCorsOrigins } from "../../config/cors.ts";
import { readSignIn } from "../../config/sign-in.ts";

/** The members of an environment in wrangler.toml that the guard reads. */
interface EnvironmentConfig {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly d1_databases: readonly { readonly binding: string; readonly database_id?: string | undefined }[];
}

/** Secrets that routes always need. */
const REQUIRED_SECRETS = ["WEBHOOK_KEY", "LOG_SIGNING_KEY"] as const;

/** The settings that name a single issuer. */
const SINGLE_ISSUER: readonly string[] = ["AUTH_ISSUER", "AUTH_AUDIENCE", "AUTH_JWKS_URL", "AUTH_JWKS"];

/** Settings of the local service that a deployed one must not have. */
const LOCAL_SETTINGS = ["WEBHOOK_ALLOW_LOOPBACK"] as const;

/** The environment whose 401s may say why: it holds no real data. */
const EXPLAINED_ENVIRONMENT = "staging";

const PLACEHOLDER_ID = /^0{8}-/;
const LOOPBACK = /(?:^|")https?:\/\/(?:localhost|127\.|\[::1\])/i;

/** One sentence for each fault in the configuration of an environment. */
export function configFaults(
  { vars, d1_databases }: EnvironmentConfig,
  environment: string,
): readonly string[] {
  const auth = parseAuthConfig(vars);
  const missing = missingSettings(vars);
  const faults = missing.map((name) => `The setting ${name} is missing.`);
  if (!auth.ok && missing.length === 0) {
    faults.push(`The setting ${auth.error.setting} ${auth.error.reason}.`);
  }
  for (const name of AUTH_SETTINGS) {
    const value = vars[name];
    if (typeof value === "string" && LOOPBACK.test(value)) {
      faults.push(`The setting ${name} has an address of this machine: ${value}.`);
    }
  }
  if (auth.ok && auth.value.explain && environment !== EXPLAINED_ENVIRONMENT) {
    faults.push(`The setting AUTH_EXPLAIN is only for ${EXPLAINED_ENVIRONMENT} and the local service.`);
  }
  const origins = readCorsOrigins(vars.CORS_ORIGINS);
  if (!origins.ok) faults.push(`The setting CORS_ORIGINS ${origins.error}.`);
  const signIn = readSignIn(vars, auth.ok ? auth.value.issuers : []);
  if (auth.ok && !signIn.ok) faults.push(`The setting ${signIn.error.setting} ${signIn.error.reason}.`);
  for (const name of LOCAL_SETTINGS) {
    if (vars[name] !== undefined) faults.push(`The setting ${name} is for the local service only.`);
  }
  for (const { binding, database_id } of d1_databases) {
    if (database_id === undefined || PLACEHOLDER_ID.test(database_id)) {
      faults.push(
        `The database ${binding} has a placeholder for its database_id; "wrangler d1 create" prints the real one.`,
      );
    }
  }
  if (auth.ok && missing.length > 0) {
    faults.push("If API keys are to be the only way in, remove the empty AUTH settings from wrangler.toml.");
  }
  return faults;
}

/**
 * What a single issuer needs and does not have. Settings that are empty, as the template has them, are missing: a worker would
 * take only API keys, which must be meant.
 */
function missingSettings(vars: EnvironmentConfig["vars"]): readonly string[] {
  const isEmpty = (name: string) => vars[name] === undefined || vars[name] === "";
  const isNamed = AUTH_SETTINGS.some((name) => SINGLE_ISSUER.includes(name) && vars[name] !== undefined);
  if (!isEmpty("AUTH_ISSUERS") || !isNamed) return [];
  return [
    ...["AUTH_ISSUER", "AUTH_AUDIENCE"].filter(isEmpty),
    ...(isEmpty("AUTH_JWKS_URL") && isEmpty("AUTH_JWKS") ? ["AUTH_JWKS_URL"] : []),
  ];
}

/** The secrets that an environment needs, for a check that cannot see which ones it has. */
export const neededSecrets = (config: Pick<EnvironmentConfig, "vars">): readonly string[] => {
  const auth = parseAuthConfig(config.vars);
  const onlyKeys = auth.ok && auth.value.issuers.length === 0;
  return [...REQUIRED_SECRETS, ...(onlyKeys ? ["API_KEY_SECRET"] : [])];
};

/** A sentence for each secret that the environment lacks; `wrangler secret put` stores them. */
export function secretFaults(
  { vars }: Pick<EnvironmentConfig, "vars">,
  secrets: readonly string[],
  environment: string,
): readonly string[] {
  const missing = (name: string) => !secrets.includes(name);
  const stored = (name: string) => `"npx wrangler secret put ${name} --env ${environment}" stores it.`;
  const auth = parseAuthConfig(vars);
  const onlyKeys = auth.ok && auth.value.issuers.length === 0;
  return [
    ...REQUIRED_SECRETS.filter(missing).map((name) => `The secret ${name} is missing; ${stored(name)}`),
    ...(onlyKeys && missing("API_KEY_SECRET")
      ? [
          `No AUTH setting names an issuer, so API keys are the only way in, and the secret API_KEY_SECRET is missing; ${stored("API_KEY_SECRET")}`,
        ]
      : []),
  ];
}
