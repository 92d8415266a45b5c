/** The claims of a token for the header of the page. The service verifies them; this page only shows them. */
interface Claims {
  readonly tenant: string | null;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly expires: number | null;
}

/** The only place that holds the token: it is not in storage, in the document or in the address. */
let bearer: string | null = null;

export const FORGOTTEN = "token-forgotten";

export const sessionToken = (): string | null => bearer;

/** Forgets the token. main.ts then asks for another. */
export function forgetToken(): void {
  bearer = null;
  dispatchEvent(new Event(FORGOTTEN));
}

/**
 * Takes the token out of the address, `#token=<JWT>`, before anything else can read or send it. A fragment is never
 * sent to a server, and after this no history entry has it. Returns true when there was one.
 */
export function takeTokenFromAddress(): boolean {
  const [, found] = /^#token=(.*)$/.exec(location.hash) ?? [];
  if (found === undefined) return false;
  history.replaceState(null, "", location.pathname + location.search);
  return rememberToken(found);
}

/** Keeps a token while this page is open. Returns false when the text cannot be a token (RFC 7519, section 3). */
export function rememberToken(text: string): boolean {
  const trimmed = text.trim().replace(/^Bearer\s+/i, "");
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(trimmed)) return false;
  bearer = trimmed;
  return true;
}

export function claims(): Claims {
  const body = bearer === null ? {} : payload(bearer);
  const scope = body.scope ?? body.scp;
  return {
    tenant: typeof body.tenant_id === "string" ? body.tenant_id : null,
    scopes: (Array.isArray(scope) ? scope.map(String) : String(scope ?? "").split(" ")).filter(Boolean),
    expires: typeof body.exp === "number" ? body.exp * 1000 : null,
  };
}

function payload(jwt: string): Readonly<Record<string, unknown>> {
  try {
    const base64 = (jwt.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    // Not readable here: the service decides about the token.
    return {};
  }
}
