import * as z from "zod";
import { err, ok, type Result } from "../domain/core/result.ts";
import { type Issuer, issuerOf, issuerSettings, readIssuers } from "./issuers.ts";
import { isBlank } from "./values.ts";

const CLOCK_TOLERANCE_DEFAULT_S = 30;
const CLOCK_TOLERANCE_MAX_S = 300;

const tolerance = z.preprocess(
  (value) => (typeof value === "number" ? String(value) : isBlank(value) ? undefined : value),
  z
    .string("must be whole seconds")
    .regex(/^(0|[1-9]\d{0,2})$/, "must be whole seconds")
    .transform(Number)
    .refine((seconds) => seconds <= CLOCK_TOLERANCE_MAX_S, `must be at most ${CLOCK_TOLERANCE_MAX_S} seconds`)
    .default(CLOCK_TOLERANCE_DEFAULT_S),
);

/** The settings that count for every issuer. */
const commonSettings = z.object({
  AUTH_CLOCK_TOLERANCE_S: tolerance,
  AUTH_EXPLAIN: z.preprocess(
    (value) => (typeof value === "boolean" ? String(value) : isBlank(value) ? undefined : value),
    z
      .enum(["true", "false"], "must be true or false")
      .default("false")
      .transform((value) => value === "true"),
  ),
});

const ISSUER_SETTINGS = Object.keys(issuerSettings.shape) as (keyof typeof issuerSettings.shape)[];

/** Every setting that says whose tokens are taken. */
export const AUTH_SETTINGS = [
  ...ISSUER_SETTINGS,
  "AUTH_ISSUERS",
  ...(Object.keys(commonSettings.shape) as (keyof typeof commonSettings.shape)[]),
] as const;

type AuthSetting = (typeof AUTH_SETTINGS)[number];

/** The settings as bound; a variable written as a TOML or JSON number arrives as a number. */
export type AuthSettings = { readonly [Name in AuthSetting]?: unknown };

export interface AuthConfig {
  /** Each with a name of its own; none where API keys are the only way in. */
  readonly issuers: readonly Issuer[];
  readonly clockToleranceS: number;
  /** Whether a 401 says why. */
  readonly explain: boolean;
}

/** Which setting is wrong and how, in words that never repeat its value. */
interface SettingFault {
  readonly setting: AuthSetting;
  readonly reason: string;
}

function faultOf(error: z.ZodError): SettingFault {
  const { path, message } = error.issues[0] ?? { path: [], message: "is malformed" };
  const setting = AUTH_SETTINGS.find((name) => name === path[0]) ?? "AUTH_ISSUER";
  return { setting, reason: message };
}

function readList(settings: AuthSettings): Result<readonly Issuer[], SettingFault> {
  const other = ISSUER_SETTINGS.find((name) => !isBlank(settings[name]));
  if (other !== undefined) return err({ setting: other, reason: "must not stand beside AUTH_ISSUERS" });
  const { AUTH_ISSUERS } = settings;
  if (typeof AUTH_ISSUERS !== "string") return err({ setting: "AUTH_ISSUERS", reason: "must be JSON text" });
  const listed = readIssuers(AUTH_ISSUERS);
  return listed.ok ? listed : err({ setting: "AUTH_ISSUERS", reason: listed.error });
}

function readOne(settings: AuthSettings): Result<readonly Issuer[], SettingFault> {
  const parsed = issuerSettings.safeParse(settings);
  if (!parsed.success) return err(faultOf(parsed.error));
  const issuer = issuerOf(parsed.data);
  return issuer.ok ? ok([issuer.value]) : err({ setting: "AUTH_JWKS_URL", reason: issuer.error });
}

function readTrusted(settings: AuthSettings): Result<readonly Issuer[], SettingFault> {
  if (!isBlank(settings.AUTH_ISSUERS)) return readList(settings);
  return ISSUER_SETTINGS.every((name) => isBlank(settings[name])) ? ok([]) : readOne(settings);
}

function parseSettings(settings: AuthSettings): Result<AuthConfig, SettingFault> {
  const issuers = readTrusted(settings);
  if (!issuers.ok) return issuers;
  const common = commonSettings.safeParse(settings);
  if (!common.success) return err(faultOf(common.error));
  const { AUTH_CLOCK_TOLERANCE_S: clockToleranceS, AUTH_EXPLAIN: explain } = common.data;
  return ok({ issuers: issuers.value, clockToleranceS, explain });
}

interface ParsedOnce {
  readonly settings: AuthSettings;
  readonly result: Result<AuthConfig, SettingFault>;
}
let lastParsed: ParsedOnce | null = null;

/**
 * The worker's token settings (docs/api.md#tokens). An isolate's settings never change, so the last result is kept and every
 * later request pays some string comparisons; the same settings give the same object, which others may key on.
 * Errors name the first setting that is missing or malformed, and why, without its value.
 */
export function parseAuthConfig(env: AuthSettings): Result<AuthConfig, SettingFault> {
  const known = lastParsed;
  if (known && AUTH_SETTINGS.every((name) => known.settings[name] === env[name])) return known.result;
  const settings: AuthSettings = Object.fromEntries(AUTH_SETTINGS.map((name) => [name, env[name]]));
  lastParsed = { settings, result: parseSettings(settings) };
  return lastParsed.result;
}
