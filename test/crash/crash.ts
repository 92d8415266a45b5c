import { setTimeout as pause } from "node:timers/promises";
import { HISTORY } from "../fanout/expected.ts";
import { individual } from "../support/examples.ts";
import { TenantApi } from "./api.ts";
import { bookDifferences, eventDifferences, historyDifferences } from "./compare.ts";
import { ingest, planLoad, randomNumbers, type Step } from "./load.ts";
import { LocalService } from "./service.ts";

export interface CrashOptions {
  /** How often the service is killed in the middle of the load; it is killed once more at its end. */
  readonly rounds: number;
  readonly seed: number;
  /** Requests under way at a time, and loans of each such lane: eight events and one to three postings a loan. */
  readonly lanes: number;
  readonly loansPerLane: number;
  readonly say: (line: string) => void;
}

export interface CrashResult {
  readonly events: number;
  readonly postings: number;
  readonly historyRows: number;
  /** Replays of an event whose first answer was lost in a kill. */
  readonly duplicates: number;
  /** From the service's last start until no difference was left, or until the deadline. */
  readonly completeAfterMs: number;
  readonly differences: readonly string[];
}

const RETRY_PAUSE_MS = 100;
const KILL_DELAY_MAX_MS = 60;
const KEPT_DIFFERENCES_MAX = 20;
/** A sweep runs at the start; the cron trigger's period and some, in case that one was lost as well. */
const SWEEP_DEADLINE_MS = 75_000;

/** Kills the service repeatedly under load, and compares what it stored with what it acknowledged. */
export async function crash(options: CrashOptions): Promise<CrashResult> {
  const service = await LocalService.create();
  try {
    await service.start();
    const api = new TenantApi(service.url, await service.token());
    const { steps, acknowledged, duplicates } = await loadAndKill(service, api, options);
    await service.end("SIGKILL");
    await service.start();
    const started = Date.now();
    options.say("killed after the last answer and started again; waiting for one sweep");
    const differences = [
      ...(await settledDifferences(api, acknowledged, started + SWEEP_DEADLINE_MS)),
      ...(await bookDifferences(steps, acknowledged, api)),
    ].slice(0, KEPT_DIFFERENCES_MAX);
    const completeAfterMs = Date.now() - started;
    const history = await api.history();
    const historyRows = HISTORY.reduce((count, table) => count + history[table].length, 0);
    const postings = steps.filter(({ path }) => path !== "/ingest").length;
    return { events: acknowledged.size, postings, historyRows, duplicates, completeAfterMs, differences };
  } finally {
    await service.dispose();
  }
}

interface Loaded {
  readonly steps: readonly Step[];
  readonly acknowledged: ReadonlyMap<string, string>;
  readonly duplicates: number;
}

async function loadAndKill(service: LocalService, api: TenantApi, options: CrashOptions): Promise<Loaded> {
  const random = randomNumbers(options.seed);
  const acknowledged = new Map<string, string>();
  const client = ingest("crash-client", "client", individual);
  const over = new AbortController();
  let duplicates = 0;
  const settle = async (planned: Step): Promise<void> => {
    const reverses_entry_id = acknowledged.get(planned.reverses ?? "");
    const step = reverses_entry_id ? { ...planned, body: { ...planned.body, reverses_entry_id } } : planned;
    while (!over.signal.aborted) {
      const reply = await api.send(step);
      if (reply !== null) {
        acknowledged.set(step.key, reply.id);
        duplicates += reply.replayed ? 1 : 0;
        return;
      }
      await pause(RETRY_PAUSE_MS);
    }
  };
  await settle(client);
  const lanes = planLoad(random, options.lanes, options.loansPerLane);
  const total = lanes.reduce((count, steps) => count + steps.length, 0);
  const load = lanes.map(async (steps) => {
    for (const step of steps) await settle(step);
  });
  const progress = { answered: () => acknowledged.size, total, over: over.signal };
  const kills = killAtRandom(service, progress, random, options);
  try {
    await Promise.all([...load, kills]);
  } finally {
    // One failed: the others must stop.
    over.abort();
    await Promise.allSettled([...load, kills]);
  }
  return { steps: lanes.flat(), acknowledged, duplicates };
}

interface Progress {
  readonly answered: () => number;
  readonly total: number;
  readonly over: AbortSignal;
}

/** One kill somewhere in each of `rounds` equal parts of the load. */
async function killAtRandom(
  service: LocalService,
  { answered, total, over }: Progress,
  random: () => number,
  { rounds, say }: CrashOptions,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const moment = Math.floor(((round + 0.1 + 0.8 * random()) / rounds) * total);
    while (answered() < moment && !over.aborted) await pause(1);
    if (over.aborted) return;
    await pause(random() * KILL_DELAY_MAX_MS);
    const before = answered();
    await service.end("SIGKILL");
    say(`round ${round + 1}: killed after ${before} of ${total} answers`);
    await service.start();
  }
}

/** The differences that are left when there are none, or when the deadline is over. */
async function settledDifferences(
  api: TenantApi,
  acknowledged: Loaded["acknowledged"],
  deadline: number,
): Promise<readonly string[]> {
  for (;;) {
    const events = await api.events();
    const inLog = eventDifferences(acknowledged, events);
    // Waiting cannot complete the log of events; history may still lag.
    if (inLog.length > 0) return inLog.slice(0, KEPT_DIFFERENCES_MAX);
    const inHistory = historyDifferences(events, await api.history());
    if (inHistory.length === 0 || Date.now() > deadline) return inHistory.slice(0, KEPT_DIFFERENCES_MAX);
    await pause(RETRY_PAUSE_MS);
  }
}
