import * as oauth from "oauth4webapi";
import { announce } from "../announce.ts";
import { type Renewal, replaceToken } from "../session.ts";
import { discover } from "./issuer.ts";
import type { SignInSettings } from "./settings.ts";

/** A token is renewed when this part of its life is left, but at most a minute of it. */
const PART_LEFT = 0.2;
const LEFT_MS_MAX = 60_000;
const LIFE_S_UNKNOWN = 300;
/** After a failure that may pass. */
const AGAIN_MS = 10_000;

/** Renews tokens by the refresh token (RFC 6749, 6), which only this function knows, until the session ends. */
export function renewalOf(
  settings: SignInSettings,
  first: oauth.TokenEndpointResponse,
  session: number,
): Renewal {
  let refresh = first.refresh_token ?? null;
  let due = dueAt(first);
  let running: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const renew = async (): Promise<void> => {
    if (refresh === null) return;
    try {
      const tokens = await next(settings, refresh);
      if (refresh === null) return;
      refresh = tokens.refresh_token ?? refresh;
      due = dueAt(tokens);
      replaceToken(tokens.access_token, session);
    } catch (error) {
      // The issuer's answer is final; anything else, such as a lost connection, may pass.
      if (error instanceof oauth.ResponseBodyError) {
        refresh = null;
        announce("Your access ends soon. Sign in again.");
      }
      due = Date.now() + AGAIN_MS;
    }
  };
  /** One at a time: an issuer may refuse a refresh token that is used twice. */
  const renewOnce = (): Promise<void> => {
    running ??= renew().finally(() => {
      running = null;
      schedule();
    });
    return running;
  };
  const schedule = (): void => {
    clearTimeout(timer);
    if (refresh !== null) timer = setTimeout(() => void renewOnce(), Math.max(0, due - Date.now()));
  };
  schedule();
  return {
    // A timer does not run while the machine sleeps.
    keepFresh: async () => {
      if (refresh !== null && Date.now() >= due) await renewOnce();
    },
    end: () => {
      refresh = null;
      clearTimeout(timer);
    },
  };
}

function dueAt({ expires_in = LIFE_S_UNKNOWN }: oauth.TokenEndpointResponse): number {
  const life = expires_in * 1000;
  return Date.now() + life - Math.min(life * PART_LEFT, LEFT_MS_MAX);
}

async function next(settings: SignInSettings, refresh: string): Promise<oauth.TokenEndpointResponse> {
  const { server, client, options } = await discover(settings);
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refresh, {
    ...options,
    ...(settings.resource !== null && { additionalParameters: { resource: settings.resource } }),
  });
  return oauth.processRefreshTokenResponse(server, client, response);
}
