import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { announced, becameHealthy, SILENCE_MAX_MS, startedWorker } from "../../../src/cli/local/healthy.ts";

const URL = "http://localhost:8787";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A run of wrangler that prints nothing by itself. */
function quietRun() {
  const exited = Promise.withResolvers<number>();
  const run = { lastLine: Date.now(), held: [] as string[], forwarded: false };
  const forward = () => {
    run.forwarded = true;
  };
  return Object.assign(run, {
    exit: exited.resolve,
    exited: exited.promise,
    lastLines: () => run.held,
    lastLineAt: () => run.lastLine,
    forward,
  });
}

const answering = (answer: () => number | Error) =>
  vi.stubGlobal("fetch", async () => {
    const found = answer();
    if (found instanceof Error) throw found;
    return { status: found };
  });

test("a worker that prints lines is waited for, however long it takes", async () => {
  const run = quietRun();
  let status: number | Error = new Error("ECONNREFUSED");
  answering(() => status);
  const healthy = becameHealthy(URL, run);
  for (let minute = 0; minute < 30; minute += 1) {
    await vi.advanceTimersByTimeAsync(60_000);
    run.lastLine = Date.now();
  }
  status = 200;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await healthy).toBe("healthy");
});

test("an answer that is not healthy yet is progress, and silence is not", async () => {
  let silent = false;
  answering(() => (silent ? new Error("ECONNREFUSED") : 503));
  const healthy = becameHealthy(URL, quietRun());
  await vi.advanceTimersByTimeAsync(2 * SILENCE_MAX_MS);
  silent = true;
  await vi.advanceTimersByTimeAsync(SILENCE_MAX_MS + 1_000);
  expect(await healthy).toBe("silent");
});

test("the end of wrangler ends the wait", async () => {
  const run = quietRun();
  answering(() => new Error("ECONNREFUSED"));
  const healthy = becameHealthy(URL, run);
  run.exit(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await healthy).toBe("ended");
});

test("a build error is shown while the wait continues", async () => {
  const run = quietRun();
  let status: number | Error = new Error("ECONNREFUSED");
  answering(() => status);
  const healthy = becameHealthy(URL, run);
  run.held = ["[ERROR] Build failed"];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(run.forwarded).toBe(true);
  status = 200;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await healthy).toBe("healthy");
});

const PORT_TAKEN = '[ERROR] Address already in use (socket "direct:1:default").';

/** Starts runs that end by themselves with a line; the run after them goes on. */
function runsThatEndWith(...lines: readonly string[]) {
  const runs: ReturnType<typeof quietRun>[] = [];
  const start = () => {
    const run = Object.assign(quietRun(), { stop: () => undefined });
    const line = lines[runs.length];
    runs.push(run);
    if (line !== undefined) {
      run.held = [line];
      run.exit(1);
    }
    return run;
  };
  return { runs, start };
}

test("a worker is started again, in silence, when another program took a port that wrangler had chosen", async () => {
  const { runs, start } = runsThatEndWith(PORT_TAKEN, PORT_TAKEN);
  answering(() => (runs.length === 3 ? 200 : new Error("ECONNREFUSED")));
  const started = startedWorker(URL, start);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await started).toEqual({ ok: true, value: runs[2] });
  expect(runs.map(({ forwarded }) => forwarded)).toEqual([false, false, false]);
});

test.each([
  [[PORT_TAKEN, PORT_TAKEN, PORT_TAKEN], 3, 'Address already in use (socket "direct:1:default")'],
  [["\u2718 [ERROR] The runtime failed:"], 1, "The runtime failed"],
  [["The end"], 1, null],
] as const)("after %j a worker is given up, with the cause", async (lines, starts, cause) => {
  const { runs, start } = runsThatEndWith(...lines);
  answering(() => new Error("ECONNREFUSED"));
  const started = startedWorker(URL, start);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await started).toEqual({ ok: false, error: cause });
  expect(runs).toHaveLength(starts);
});

test("a worker that makes no progress is stopped, and the failure says so", async () => {
  answering(() => new Error("ECONNREFUSED"));
  const run = quietRun();
  const started = startedWorker(URL, () => Object.assign(run, { stop: () => run.exit(1) }));
  await vi.advanceTimersByTimeAsync(SILENCE_MAX_MS + 1_000);
  expect(await started).toEqual({
    ok: false,
    error: "it neither printed a line nor answered for 120 seconds",
  });
});

test("a wait says every 15 seconds what it waits for", async () => {
  const log = vi.spyOn(console, "log").mockReturnValue();
  const work = Promise.withResolvers<string>();
  const result = announced("Waiting for the worker ...", work.promise);
  await vi.advanceTimersByTimeAsync(45_000);
  work.resolve("done");
  expect(await result).toBe("done");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log.mock.calls).toEqual(Array(3).fill(["Waiting for the worker ..."]));
  log.mockRestore();
});
