import { hasApiKeyForm } from "../domain/core/api-key.ts";

/** The only place that holds the token or API key: it is not in storage, in the document or in the address. */
let bearer: string | null = null;

export const FORGOTTEN = "token-forgotten";

export const sessionToken = (): string | null => bearer;

/** Forgets the token. main.ts then asks for another. */
export function forgetToken(): void {
  bearer = null;
  dispatchEvent(new Event(FORGOTTEN));
}

/**
 * Takes the token out of the address, `#token=<token or key>`, before anything else can read or send it. A fragment is never
 * sent to a server, and after this no history entry has it. Returns true when there was one.
 */
export function takeTokenFromAddress(): boolean {
  const [, found] = /^#token=(.*)$/.exec(location.hash) ?? [];
  if (found === undefined) return false;
  history.replaceState(null, "", location.pathname + location.search);
  return rememberToken(found);
}

/**
 * Keeps a token or API key while this page is open. Returns false when the text can be neither (RFC 7519, section 3;
 * docs/api.md#api-keys).
 */
export function rememberToken(text: string): boolean {
  const trimmed = text.trim().replace(/^Bearer\s+/i, "");
  if (!hasApiKeyForm(trimmed) && !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(trimmed)) return false;
  bearer = trimmed;
  return true;
}
