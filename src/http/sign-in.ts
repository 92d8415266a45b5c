import { parseAuthConfig } from "../config/auth.ts";
import { readSignIn, type SignIn } from "../config/sign-in.ts";
import type { Result } from "../domain/core/result.ts";

/** The console's sign-in by the settings; null where there is none. The error names the setting. */
export function signInOf(
  env: Cloudflare.Env,
): Result<SignIn | null, { readonly setting: string; readonly reason: string }> {
  const auth = parseAuthConfig(env);
  return auth.ok ? readSignIn(env, auth.value.issuers) : auth;
}
