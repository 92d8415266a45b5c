import * as oauth from "oauth4webapi";
import { rememberSignIn, sessionNumber } from "../session.ts";
import { discover, reasonOf, redirectUri } from "./issuer.ts";
import { renewalOf } from "./renewal.ts";
import { learnSignIn, type SignInSettings, signInSettings } from "./settings.ts";

/** What this page must remember while the issuer has the reader. No token is in it. */
interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The view that the reader asked for. */
  readonly hash: string;
}

const KEPT = "loan-ledger-sign-in";

/** Goes to the issuer (RFC 6749, 4.1; PKCE, RFC 7636). Comes back to this view. Throws when the issuer does not answer. */
export async function beginSignIn(settings: SignInSettings): Promise<void> {
  const { server, client } = await discover(settings);
  if (server.authorization_endpoint === undefined)
    throw new Error("the issuer has no authorization endpoint");
  const begun: Begun = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    hash: location.hash,
  };
  sessionStorage.setItem(KEPT, JSON.stringify(begun));
  const address = new URL(server.authorization_endpoint);
  const parameters = {
    client_id: client.client_id,
    redirect_uri: redirectUri(),
    response_type: "code",
    scope: settings.scope,
    state: begun.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: "S256",
    audience: settings.audience,
    ...(isOpenId(settings) && { nonce: begun.nonce }),
    ...(settings.resource !== null && { resource: settings.resource }),
    // Without it an issuer gives no refresh token (OpenID Connect Core, 11).
    ...(settings.scope.split(" ").includes("offline_access") && { prompt: "consent" }),
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  location.assign(address);
}

const isOpenId = ({ scope }: SignInSettings) => scope.split(" ").includes("openid");

/** True when the issuer has sent the reader back. */
export const isReturning = (): boolean => new URLSearchParams(location.search).has("state");

/**
 * Ends a sign-in: takes code and state out of the address, goes to the view that was asked for, and exchanges the code.
 * Answers null, or why there is no token, in words for the reader.
 */
export async function endSignIn(): Promise<string | null> {
  const address = new URL(location.href);
  const begun = takeBegun();
  history.replaceState(null, "", location.pathname + (begun?.hash ?? ""));
  if (begun === null) return "This sign-in did not begin in this tab. Sign in again.";
  const unknown = await learnSignIn();
  const settings = signInSettings();
  if (settings === null) return unknown ?? "The service has no sign-in any more.";
  try {
    await exchange(settings, begun, address);
    return null;
  } catch (error) {
    return `${reasonOf(error)}.`.replace(/\.\.$/, ".");
  }
}

function takeBegun(): Begun | null {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  return kept === null ? null : JSON.parse(kept);
}

async function exchange(settings: SignInSettings, begun: Begun, address: URL): Promise<void> {
  const { server, client, options } = await discover(settings);
  const parameters = oauth.validateAuthResponse(server, client, address, begun.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri(),
    begun.verifier,
    {
      ...options,
      ...(settings.resource !== null && { additionalParameters: { resource: settings.resource } }),
    },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    ...(isOpenId(settings) && { expectedNonce: begun.nonce, requireIdToken: true }),
  });
  const { access_token, refresh_token } = tokens;
  const session = sessionNumber() + 1;
  const renewal = refresh_token === undefined ? null : renewalOf(settings, tokens, session);
  rememberSignIn(access_token, renewal);
}
