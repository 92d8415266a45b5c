import { hasApiKeyForm } from "../domain/core/api-key.ts";

/** How a session at an issuer gets its next token. */
export interface Renewal {
  /** Renews the token if it is about to end. It fails in silence: the service then refuses the old one. */
  readonly keepFresh: () => Promise<void>;
  readonly end: () => void;
}

/** The only place that holds the token or API key: it is not in storage, in the document or in the address. */
let bearer: string | null = null;
let renewal: Renewal | null = null;
/** Counts the sessions: a renewed token belongs to the same one. */
let number = 0;

export const FORGOTTEN = "token-forgotten";

export const sessionToken = (): string | null => bearer;
export const sessionNumber = (): number => number;
/** Whether the reader has signed in, so that the token is renewed while the page is open. */
export const isRenewed = (): boolean => renewal !== null;

/** The token for a request, renewed if need be. */
export async function freshToken(): Promise<string | null> {
  await renewal?.keepFresh();
  return bearer;
}

function begin(text: string, next: Renewal | null): void {
  renewal?.end();
  bearer = text;
  renewal = next;
  number += 1;
}

/** Forgets the token. main.ts then asks for another. */
export function forgetToken(): void {
  renewal?.end();
  bearer = null;
  renewal = null;
  dispatchEvent(new Event(FORGOTTEN));
}

/** Keeps a token that the issuer gave; `next` is null where it gives no other without a new sign-in. */
export const rememberSignIn = (token: string, next: Renewal | null): void => begin(token, next);

/** The next token of the same session, unless the session has ended meanwhile. */
export function replaceToken(token: string, session: number): void {
  if (bearer !== null && session === number) bearer = token;
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
  begin(trimmed, null);
  return true;
}

/** When the token ends by its own words, in milliseconds since 1970; null for API keys and tokens that do not say. */
export function tokenEndsAt(): number | null {
  const [, claims = ""] = bearer?.split(".") ?? [];
  try {
    const { exp } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof exp === "number" ? exp * 1000 : null;
  } catch {
    // No JWT: nothing is known of its end, and the service decides.
    return null;
  }
}
