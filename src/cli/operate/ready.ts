import { parseAuthConfig } from "../../config.ts";

/** The members of an environment in wrangler.toml that the guard reads. */
interface EnvironmentConfig {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly d1_databases: readonly { readonly binding: string; readonly database_id?: string | undefined }[];
}

/** Secrets that routes need to work; `wrangler secret put` stores them. */
const REQUIRED_SECRETS = ["WEBHOOK_KEY"] as const;

/** Settings of the local service that a deployed one must not have. */
const LOCAL_SETTINGS = ["WEBHOOK_ALLOW_LOOPBACK"] as const;

const PLACEHOLDER_ID = /^0{8}-/;
const LOOPBACK = /^https?:\/\/(localhost|127\.|\[::1\])/i;

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** One sentence for each fault in the configuration of an environment. */
export function configFaults({ vars, d1_databases }: EnvironmentConfig): readonly string[] {
  const settings = {
    AUTH_ISSUER: textOf(vars.AUTH_ISSUER),
    AUTH_AUDIENCE: textOf(vars.AUTH_AUDIENCE),
    AUTH_JWKS_URL: textOf(vars.AUTH_JWKS_URL),
    AUTH_JWKS: textOf(vars.AUTH_JWKS),
    AUTH_CLOCK_TOLERANCE_S: vars.AUTH_CLOCK_TOLERANCE_S as string | undefined,
  };
  const auth = parseAuthConfig(settings);
  const faults = auth.ok ? [] : [`The setting ${auth.error.setting} ${auth.error.reason}.`];
  for (const [name, value] of Object.entries(settings)) {
    if (LOOPBACK.test(value ?? ""))
      faults.push(`The setting ${name} is an address of this machine: ${value}.`);
  }
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
  return faults;
}

/** A sentence for each secret that the environment lacks. */
export const secretFaults = (secrets: readonly string[], environment: string): readonly string[] =>
  REQUIRED_SECRETS.filter((name) => !secrets.includes(name)).map(
    (name) =>
      `The secret ${name} is missing; "npx wrangler secret put ${name} --env ${environment}" stores it.`,
  );
