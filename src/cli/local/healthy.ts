import { setTimeout as pause } from "node:timers/promises";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { WranglerRun } from "./wrangler.ts";

const HEALTH_POLL_MS = 50;
const NOTICE_PERIOD_MS = 15_000;
/** How long a worker that starts may neither print a line nor answer. */
export const SILENCE_MAX_MS = 120_000;

/** wrangler chooses ports of its own a moment before it listens there; another program may take one meanwhile. */
const saysPortTaken = (line: string): boolean => line.includes('Address already in use (socket "direct:');
const STARTS_MAX = 3;
const SILENCE = `it neither printed a line nor answered for ${SILENCE_MAX_MS / 1000} seconds`;

/** The last line of output that names an error, without its mark; null for none. */
export function errorOf(run: Pick<WranglerRun, "lastLines">): string | null {
  const line = run.lastLines().findLast((one) => /error/i.test(one));
  return (
    line
      ?.replace(/^.*?\[ERROR\]\s*/, "")
      .trim()
      .replace(/[.:]$/, "") ?? null
  );
}

/** Says every 15 seconds what is awaited, until `work` has ended. */
export async function announced<T>(notice: string, work: Promise<T>): Promise<T> {
  const repeated = setInterval(() => console.log(notice), NOTICE_PERIOD_MS);
  return work.finally(() => clearInterval(repeated));
}

async function firstHealthyAnswer(url: string, end: AbortSignal, onAnswer: () => void): Promise<boolean> {
  while (!end.aborted) {
    try {
      const { status } = await fetch(`${url}/v1/health/live`, { signal: end });
      if (status === 200) return !end.aborted;
      onAnswer();
    } catch {
      // The worker does not listen yet, or the wait is over.
    }
    await pause(HEALTH_POLL_MS);
  }
  return false;
}

type HealthyRun = Pick<WranglerRun, "exited" | "lastLines" | "forward" | "lastLineAt">;

/** Why a wait has ended; `silent`: the worker made no progress. */
type Waited = "healthy" | "ended" | "silent";

/** Waits for the worker's first healthy answer while it makes progress: a slow machine is no reason to give up. */
export async function becameHealthy(url: string, run: HealthyRun): Promise<Waited> {
  const end = new AbortController();
  const stop = () => end.abort();
  void run.exited.then(stop, stop);
  let answeredAt = Date.now();
  let isSilent = false;
  const watch = setInterval(() => {
    // A build error: wrangler waits until the file is fixed, so the developer must see its output now.
    if (run.lastLines().some((line) => line.includes("ERROR") && !saysPortTaken(line))) run.forward("all");
    isSilent = Date.now() - Math.max(answeredAt, run.lastLineAt()) > SILENCE_MAX_MS;
    if (isSilent) stop();
  }, HEALTH_POLL_MS);
  const answered = firstHealthyAnswer(url, end.signal, () => {
    answeredAt = Date.now();
  });
  const isHealthy = await answered.finally(() => clearInterval(watch));
  return isHealthy ? "healthy" : isSilent ? "silent" : "ended";
}

/**
 * Starts the worker and waits for its first healthy answer; starts it again where another program took a port that wrangler
 * had chosen for itself. The error is why it did not start: the last line that names an error, or its silence.
 */
export async function startedWorker<R extends HealthyRun & Pick<WranglerRun, "stop">>(
  url: string,
  start: () => R,
): Promise<Result<R, string | null>> {
  for (let starts = 1; ; starts += 1) {
    const run = start();
    const waited = await becameHealthy(url, run);
    if (waited === "healthy") return ok(run);
    run.stop();
    await run.exited;
    if (starts < STARTS_MAX && run.lastLines().some(saysPortTaken)) continue;
    return err(waited === "silent" ? SILENCE : errorOf(run));
  }
}
