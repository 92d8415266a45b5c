import * as z from "zod";
import { err, ok, type Result } from "./domain/core/result.ts";

const CLOCK_TOLERANCE_DEFAULT_S = 30;
const CLOCK_TOLERANCE_MAX_S = 300;

/** The settings as bound; a variable written as a TOML or JSON number arrives as a number. */
export interface AuthSettings {
  readonly AUTH_ISSUER?: unknown;
  readonly AUTH_AUDIENCE?: unknown;
  readonly AUTH_JWKS_URL?: unknown;
  readonly AUTH_JWKS?: unknown;
  readonly AUTH_CLOCK_TOLERANCE_S?: unknown;
}

export interface AuthConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly clockToleranceS: number;
  readonly keys:
    | { readonly kind: "static"; readonly keys: readonly PublicJwk[] }
    | { readonly kind: "remote"; readonly url: string };
}

/** Which setting is wrong and how, in words that never repeat its value. */
export interface SettingFault {
  readonly setting: keyof AuthSettings;
  readonly reason: string;
}

const base64urlText = z.string().regex(/^[A-Za-z0-9_-]+$/);
const keyAttributes = {
  kid: z.string().optional(),
  use: z.string().optional(),
  alg: z.string().optional(),
  key_ops: z.array(z.string()).optional(),
};
const publicJwkSchema = z.discriminatedUnion("kty", [
  z.object({ ...keyAttributes, kty: z.literal("RSA"), n: base64urlText, e: base64urlText }),
  z.object({
    ...keyAttributes,
    kty: z.literal("EC"),
    crv: z.enum(["P-256", "P-384"]),
    x: base64urlText,
    y: base64urlText,
  }),
  z.object({ ...keyAttributes, kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: base64urlText }),
]);

/** A verification key of a kind that the accepted algorithms can use (RFC 7517, 7518, 8037). */
export type PublicJwk = z.infer<typeof publicJwkSchema>;

const keySetSchema = z.object({ keys: z.array(z.unknown()).min(1) });

/** RFC 7518 section 6: members that only a private or a symmetric key has. */
const secretKeySchema = z.looseObject({}).refine((key) => {
  const secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
  return key.kty === "oct" || secretMembers.some((member) => member in key);
});

/**
 * Reads a JSON Web Key Set (RFC 7517 section 5). Keys of an unknown or broken kind are passed over, as the RFC
 * says, and so are private and symmetric keys, which are only counted: every reader of a published secret can sign.
 * Errors are sentences that never repeat key material.
 */
export function readKeySet(
  text: string,
): Result<{ readonly keys: readonly PublicJwk[]; readonly secretKeys: number }, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err("is not JSON");
  }
  const set = keySetSchema.safeParse(json);
  if (!set.success) return err("is not a JSON Web Key Set with at least one key");
  const open = set.data.keys.filter((key) => !secretKeySchema.safeParse(key).success);
  const keys = open.flatMap((key) => {
    const parsed = publicJwkSchema.safeParse(key);
    return parsed.success ? [parsed.data] : [];
  });
  return ok({ keys, secretKeys: set.data.keys.length - open.length });
}

/** WHATWG URL parsing has normalised the host by now: `127.1` and `0x7f000001` both read `127.0.0.1`. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

const blankAsMissing = (value: unknown): unknown =>
  typeof value === "string" && value.trim() === "" ? undefined : value;

/** A stray space or line break, which a shell leaves easily, would refuse every token without a word about why. */
const required = z.preprocess(
  blankAsMissing,
  z
    .string({ error: (issue) => (issue.input === undefined ? "is missing" : "must be a string") })
    .refine((text) => text === text.trim(), "must not begin or end with white space"),
);

const keySetUrl = z.string("must be a string").transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const fault = (() => {
    if (url === null) return "is not a URL";
    if (url.username !== "" || url.password !== "") return "must not carry credentials";
    if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return null;
    return "must be https, or http on loopback";
  })();
  if (url !== null && fault === null) return url.href;
  context.addIssue({ code: "custom", message: fault ?? "is not a URL" });
  return z.NEVER;
});

const keySetText = z.string("must be a string").transform((text, context) => {
  const set = readKeySet(text);
  const fault = (() => {
    if (!set.ok) return set.error;
    if (set.value.secretKeys > 0) return "holds a private or symmetric key; publish only public keys";
    return set.value.keys.length === 0 ? "holds no key that an accepted algorithm can use" : null;
  })();
  if (set.ok && fault === null) return set.value.keys;
  context.addIssue({ code: "custom", message: fault ?? "is not a key set" });
  return z.NEVER;
});

const tolerance = z.preprocess(
  (value) => (typeof value === "number" ? String(value) : blankAsMissing(value)),
  z
    .string("must be whole seconds")
    .regex(/^(0|[1-9]\d{0,2})$/, "must be whole seconds")
    .transform(Number)
    .refine((seconds) => seconds <= CLOCK_TOLERANCE_MAX_S, `must be at most ${CLOCK_TOLERANCE_MAX_S} seconds`)
    .default(CLOCK_TOLERANCE_DEFAULT_S),
);

const settingsSchema = z.object({
  AUTH_ISSUER: required,
  AUTH_AUDIENCE: required,
  AUTH_JWKS_URL: z.preprocess(blankAsMissing, keySetUrl.optional()),
  AUTH_JWKS: z.preprocess(blankAsMissing, keySetText.optional()),
  AUTH_CLOCK_TOLERANCE_S: tolerance,
});

function parseSettings(settings: AuthSettings): Result<AuthConfig, SettingFault> {
  const parsed = settingsSchema.safeParse(settings);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const setting = settingsSchema.keyof().safeParse(issue?.path[0]);
    return err({
      setting: setting.data ?? "AUTH_ISSUER",
      reason: issue?.message ?? "is malformed",
    });
  }
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWKS_URL: url, AUTH_JWKS: keys } = parsed.data;
  const clockToleranceS = parsed.data.AUTH_CLOCK_TOLERANCE_S;
  if (url !== undefined) return ok({ issuer, audience, clockToleranceS, keys: { kind: "remote", url } });
  if (keys !== undefined) return ok({ issuer, audience, clockToleranceS, keys: { kind: "static", keys } });
  return err({ setting: "AUTH_JWKS_URL", reason: "is missing, and so is AUTH_JWKS" });
}

interface ParsedOnce {
  readonly settings: AuthSettings;
  readonly result: Result<AuthConfig, SettingFault>;
}
let lastParsed: ParsedOnce | null = null;

function sameSettings(a: AuthSettings, b: AuthSettings): boolean {
  return (
    a.AUTH_ISSUER === b.AUTH_ISSUER &&
    a.AUTH_AUDIENCE === b.AUTH_AUDIENCE &&
    a.AUTH_JWKS_URL === b.AUTH_JWKS_URL &&
    a.AUTH_JWKS === b.AUTH_JWKS &&
    a.AUTH_CLOCK_TOLERANCE_S === b.AUTH_CLOCK_TOLERANCE_S
  );
}

/**
 * The worker's token settings (docs/api.md#tokens). An isolate's settings never change, so the last result is kept and every
 * later request pays five string comparisons; the same settings give the same object, which others may key on.
 * Errors name the first setting that is missing or malformed, and why, without its value.
 */
export function parseAuthConfig(env: AuthSettings): Result<AuthConfig, SettingFault> {
  if (lastParsed !== null && sameSettings(lastParsed.settings, env)) return lastParsed.result;
  const settings: AuthSettings = {
    AUTH_ISSUER: env.AUTH_ISSUER,
    AUTH_AUDIENCE: env.AUTH_AUDIENCE,
    AUTH_JWKS_URL: env.AUTH_JWKS_URL,
    AUTH_JWKS: env.AUTH_JWKS,
    AUTH_CLOCK_TOLERANCE_S: env.AUTH_CLOCK_TOLERANCE_S,
  };
  lastParsed = { settings, result: parseSettings(settings) };
  return lastParsed.result;
}
