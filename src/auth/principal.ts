import type { Scope } from "../contract/scopes.ts";

/** Who is calling. Every row read or written belongs to `tenant_id`. */
export interface Principal {
  readonly tenant_id: string;
  /** The token's `sub`; null for an API key. */
  readonly subject: string | null;
  /** Who the log says has sent an event: the subject, or `key:` and the key's id. */
  readonly actor: string | null;
  readonly scopes: ReadonlySet<string>;
  /** Where the tenant's data must be, if the credential says; a name that the service does not know counts at writes. */
  readonly jurisdiction: string | null;
  /** When the credential ends, in milliseconds since 1970; null for never. */
  readonly expires_at: number | null;
  /** The token's issuer, or the key. */
  readonly by: { readonly issuer: string } | { readonly key_id: string };
}

/** Whether the credential grants this scope; a misspelt one does not compile. */
export const grants = (principal: Principal, scope: Scope): boolean => principal.scopes.has(scope);
