import { setTimeout as pause } from "node:timers/promises";

const MINUTE_MS = 60_000;
const SWEEP_TIMEOUT_MS = 60_000;

/** wrangler's handle on the worker's `scheduled` handler; it fires no cron trigger by itself. */
const SCHEDULED_PATH = "/cdn-cgi/handler/scheduled";

/**
 * Fires the cron trigger of wrangler.toml until `stop`: at once, because the local queue lost its messages when the
 * service last stopped, and then every minute. The worker logs a failing sweep.
 */
export async function runLocalCron(url: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(SWEEP_TIMEOUT_MS)]);
      await (await fetch(`${url}${SCHEDULED_PATH}`, { signal })).body?.cancel();
      await pause(MINUTE_MS, undefined, { signal: stop });
    } catch (error) {
      if (stop.aborted) return;
      console.error(`The history sweep could not be started: ${String(error)}`);
      await pause(MINUTE_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }
}
