import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { AUTH_SETTINGS } from "../../config/auth.ts";
import { LOCAL_ISSUER } from "./issuer.ts";

export const PROJECT_ROOT = resolve(import.meta.dirname, "../../..");

/** The files of one developer's key and data; git ignores the default. */
interface LocalFiles {
  readonly keyFile: string;
  /** What wrangler calls `--persist-to`. */
  readonly stateDirectory: string;
  /** The log of the last run. */
  readonly logFile: string;
}

export function localFiles(dataDirectory: string | undefined): LocalFiles {
  const directory = dataDirectory === undefined ? join(PROJECT_ROOT, ".wrangler") : resolve(dataDirectory);
  return {
    keyFile: join(directory, "local-key.json"),
    stateDirectory: join(directory, "state"),
    logFile: join(directory, "service.log"),
  };
}

/** Settings that say nothing of whose tokens are trusted. */
const COMMON_SETTINGS: readonly string[] = ["AUTH_CLOCK_TOLERANCE_S", "AUTH_EXPLAIN"];
const ISSUER_SETTINGS = AUTH_SETTINGS.filter((name) => !COMMON_SETTINGS.includes(name));

/**
 * The settings of another issuer in the developer's `.dev.vars`; any of them switches the local issuer off. Settings
 * that `loan-ledger init` wrote name the local issuer and do not count.
 */
export function foreignIssuerSettings(devVars: string): readonly string[] {
  const settings = parseEnv(devVars);
  if (settings.AUTH_ISSUER === LOCAL_ISSUER && settings.AUTH_JWKS_URL === undefined) return [];
  return ISSUER_SETTINGS.filter((name) => settings[name] !== undefined);
}

/** `.dev.vars` of the project, or nothing when there is none. Only `loan-ledger init` writes it, once. */
export async function readDevVars(projectRoot: string): Promise<string> {
  try {
    return await readFile(join(projectRoot, ".dev.vars"), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
