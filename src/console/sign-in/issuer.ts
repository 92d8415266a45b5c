import * as oauth from "oauth4webapi";
import type { SignInSettings } from "./settings.ts";

/** What the console knows of its issuer, for one exchange. */
interface DiscoveredIssuer {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly options: { readonly [oauth.allowInsecureRequests]: boolean };
}

/** Reads the issuer's metadata (OpenID Connect Discovery). Throws when it does not answer as such. */
export async function discover({ issuer, client_id }: SignInSettings): Promise<DiscoveredIssuer> {
  const url = new URL(issuer);
  // The service names http issuers only on loopback.
  const options = { [oauth.allowInsecureRequests]: url.protocol === "http:" };
  const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options));
  return { server, client: { client_id }, options };
}

/** Where the issuer sends the reader back to. */
export const redirectUri = (): string => `${location.origin}/console`;

/** Why a step failed, in words for the reader. */
export function reasonOf(error: unknown): string {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    return error.error_description ?? error.error;
  }
  return error instanceof Error ? error.message : String(error);
}
