import { err, ok, type Result } from "../domain/core/result.ts";
import type { Issuer } from "./issuers.ts";
import { isBlank, isLoopback } from "./values.ts";

/** Settings of the console's sign-in (docs/console.md#sign-in). */
const SIGN_IN_SETTINGS = [
  "CONSOLE_OIDC_CLIENT_ID",
  "CONSOLE_OIDC_SCOPES",
  "CONSOLE_OIDC_ISSUER",
  "CONSOLE_OIDC_RESOURCE",
] as const;
type SignInSetting = (typeof SIGN_IN_SETTINGS)[number];

/** Where people sign in to the console, and what the console asks for. */
export interface SignIn {
  readonly issuer: string;
  readonly client_id: string;
  /** By spaces. */
  readonly scope: string;
  /** What the service expects in tokens: some issuers take it as the parameter `audience`. */
  readonly audience: string;
  /** The parameter of RFC 8707; null for issuers that do not take it. */
  readonly resource: string | null;
}

/** Reads the settings; null where sign-in is not set up. The error never repeats a value. */
export function readSignIn(
  settings: { readonly [Name in SignInSetting]?: unknown },
  issuers: readonly Issuer[],
): Result<SignIn | null, { readonly setting: SignInSetting; readonly reason: string }> {
  const given = SIGN_IN_SETTINGS.filter((name) => !isBlank(settings[name]));
  if (given.length === 0) return ok(null);
  const fault = (setting: SignInSetting, reason: string) => err({ setting, reason });
  const wrong = given.find((name) => !isPlain(settings[name]));
  if (wrong !== undefined) return fault(wrong, "must be text that neither begins nor ends with white space");
  const text = (name: SignInSetting) => (given.includes(name) ? String(settings[name]) : null);
  const client_id = text("CONSOLE_OIDC_CLIENT_ID");
  if (client_id === null) return fault("CONSOLE_OIDC_CLIENT_ID", "is missing");
  const named = text("CONSOLE_OIDC_ISSUER");
  if (named === null && issuers.length > 1) {
    return fault("CONSOLE_OIDC_ISSUER", "must name one of the issuers, because there are several");
  }
  const issuer = issuers.find((one) => named === null || one.issuer === named);
  if (issuer === undefined) return fault("CONSOLE_OIDC_ISSUER", "must be an issuer whose tokens are taken");
  if (!isIssuerUrl(issuer.issuer)) {
    return fault("CONSOLE_OIDC_ISSUER", "must be an https URL, or http on loopback, to sign in there");
  }
  const scope = (text("CONSOLE_OIDC_SCOPES") ?? "openid").split(" ").filter(Boolean).join(" ");
  const [audience = ""] = issuer.audiences;
  return ok({
    issuer: issuer.issuer,
    client_id,
    scope,
    audience,
    resource: text("CONSOLE_OIDC_RESOURCE"),
  });
}

const isPlain = (value: unknown): boolean => typeof value === "string" && value === value.trim();

/** An issuer identifier (OpenID Connect Discovery, section 3): the policy of the page gets its origin. */
function isIssuerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  const isSafe = protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  return isSafe && search === "" && hash === "" && username === "";
}
