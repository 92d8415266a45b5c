import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LogProgress, WAITERS_MAX, Waiters } from "../../src/tenant/waiters.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A room whose database says `progress`, and how often it was asked. */
function room(progress: Partial<LogProgress> = {}) {
  const stored = { head: 0, history: 0, ...progress };
  const look = vi.fn(async () => ({ ...stored }));
  const waiters = new Waiters(look);
  const ended = new Set<string>();
  let count = 0;
  const wait = (kind: "event" | "history", sequence: number, ms = 30_000): string => {
    count += 1;
    const id = `w${count}`;
    void waiters.wait("t", { id, for: kind, sequence, ms }).then(() => ended.add(id));
    return id;
  };
  return { stored, look, waiters, ended, wait };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("a wait for the next event", () => {
  it("ends when the event lands, and not before", async () => {
    const { waiters, ended, wait } = room();
    waiters.landed(4, null);
    const id = wait("event", 4);
    await pass(10_000);
    expect(ended).toEqual(new Set());
    waiters.landed(5, null);
    await pass(0);
    expect(ended).toEqual(new Set([id]));
  });

  it("ends at once when the event already exists", async () => {
    const { waiters, ended, wait } = room();
    waiters.landed(5, null);
    wait("event", 4);
    await pass(0);
    expect(ended.size).toBe(1);
  });

  it("ends at its deadline", async () => {
    const { waiters, ended, wait } = room();
    waiters.landed(4, null);
    wait("event", 4, 2_000);
    const longer = wait("event", 4, 3_000);
    await pass(1_999);
    expect(ended.size).toBe(0);
    await pass(1);
    expect(ended.size).toBe(1);
    await pass(1_000);
    expect(ended.has(longer)).toBe(true);
  });

  it("asks the database once for any number of waiters when the gate has not seen the log yet", async () => {
    const { look, ended, wait } = room({ head: 7 });
    for (let n = 0; n < 100; n += 1) wait("event", 7);
    const behind = wait("event", 6);
    await pass(29_999);
    expect(look).toHaveBeenCalledTimes(1);
    expect(ended).toEqual(new Set([behind]));
  });

  it("costs no call without events, and one event wakes a hundred waiters", async () => {
    const { waiters, look, ended, wait } = room();
    waiters.landed(7, 7);
    for (let n = 0; n < 100; n += 1) wait("event", 7);
    await pass(29_000);
    expect(ended.size).toBe(0);
    waiters.landed(8, null);
    await pass(0);
    expect([ended.size, look.mock.calls.length]).toEqual([100, 0]);
  });

  it("polls every five seconds when the outcome of a write is unknown", async () => {
    const { stored, waiters, look, ended, wait } = room({ head: 7 });
    waiters.landed(7, null);
    wait("event", 7);
    look.mockRejectedValueOnce(new Error("D1 is away"));
    waiters.doubt();
    await pass(0);
    stored.head = 8;
    await pass(4_999);
    expect([ended.size, look.mock.calls.length]).toEqual([0, 1]);
    await pass(1);
    expect([ended.size, look.mock.calls.length]).toEqual([1, 2]);
  });
});

describe("a wait for history", () => {
  it("ends when the consumer reports that history has reached the sequence", async () => {
    const { waiters, ended, wait } = room({ head: 5, history: 5 });
    wait("history", 5);
    await pass(0);
    expect(ended.size).toBe(1);
    waiters.landed(6, 6);
    wait("history", 6);
    await pass(1_000);
    expect(ended.size).toBe(1);
    waiters.historyReached(6);
    await pass(0);
    expect(ended.size).toBe(2);
  });

  it("ends with the event when the event has no history and none is due", async () => {
    const { waiters, look, ended, wait } = room({ head: 5, history: 5 });
    wait("history", 6);
    await pass(0);
    waiters.landed(6, null);
    await pass(0);
    expect([ended.size, look.mock.calls.length]).toEqual([1, 1]);
  });

  it("does not end with an event without history while that of an earlier one is due", async () => {
    const { waiters, ended, wait } = room({ head: 5, history: 3 });
    wait("history", 6);
    await pass(0);
    waiters.landed(6, null);
    await pass(1_000);
    expect(ended.size).toBe(0);
    waiters.historyReached(5);
    await pass(0);
    expect(ended.size).toBe(1);
  });

  it("does not rely on the first event that a gate sees: earlier history may be due", async () => {
    const { waiters, ended, wait, stored } = room({ head: 6, history: 4 });
    waiters.landed(6, null);
    wait("history", 6);
    await pass(1_000);
    expect(ended.size).toBe(0);
    stored.history = 6;
    await pass(4_000);
    expect(ended.size).toBe(1);
  });

  it("survives a lost notice of the consumer: one query every five seconds serves all waiters", async () => {
    const { waiters, look, ended, wait, stored } = room({ head: 5, history: 5 });
    wait("history", 5);
    await pass(0);
    waiters.landed(6, 6);
    for (let n = 0; n < 50; n += 1) wait("history", 6);
    await pass(12_000);
    expect([ended.size, look.mock.calls.length]).toEqual([1, 3]);
    stored.head = 6;
    stored.history = 6;
    await pass(5_000);
    expect([ended.size, look.mock.calls.length]).toEqual([51, 4]);
    await pass(60_000);
    expect(look).toHaveBeenCalledTimes(4);
  });

  it.each([0, 5])(
    "makes no query for a sequence that the log has not reached, history being at %i",
    async (history) => {
      const { waiters, look, wait } = room();
      waiters.landed(5, 5);
      waiters.historyReached(history);
      wait("history", 9);
      await pass(29_000);
      expect(look).not.toHaveBeenCalled();
    },
  );
});

describe("the outcome of a wait", () => {
  it("is true when it has happened, and false when the time is over, the caller has gone or the room is full", async () => {
    const { waiters } = room();
    waiters.landed(5, null);
    const wait = (sequence: number, id = "w") => waiters.wait("t", { id, for: "event", sequence, ms: 1_000 });
    expect(await wait(4)).toBe(true);
    const [late, gone] = [wait(5, "late"), wait(5, "gone")];
    waiters.stop("gone");
    await pass(1_000);
    expect(await Promise.all([late, gone])).toEqual([false, false]);
    const next = wait(5);
    waiters.landed(6, null);
    expect(await next).toBe(true);
    for (let n = 0; n < 200; n += 1) void wait(6, `w${n}`);
    expect(await wait(6, "beyond")).toBe(false);
  });
});

describe("a gate that does not know how far the log goes", () => {
  it("takes neither the first event nor its history for granted", async () => {
    const { waiters, ended, wait } = room();
    const [event, history] = [wait("event", 0), wait("history", 1)];
    await pass(1_000);
    expect(ended).toEqual(new Set());
    waiters.landed(1, 1);
    await pass(0);
    expect(ended).toEqual(new Set([event]));
    waiters.historyReached(1);
    await pass(0);
    expect(ended).toEqual(new Set([event, history]));
  });

  it.each([0, 3])(
    "after a restore of D1 relies on no history that was reached before, but on D1: %i",
    async (history) => {
      const { waiters, ended, wait } = room({ head: 8, history });
      waiters.landed(7, 7);
      waiters.historyReached(7);
      waiters.doubt();
      wait("history", history + 1);
      await pass(1_000);
      expect(ended).toEqual(new Set());
      waiters.historyReached(8);
      await pass(0);
      expect(ended.size).toBe(1);
    },
  );

  it("ends waits on time while D1 does not answer, and does not ask it again meanwhile", async () => {
    const { look, ended, wait } = room();
    look.mockImplementation(() => new Promise(() => {}));
    const first = wait("event", 7, 2_000);
    wait("event", 7);
    await pass(2_000);
    expect(ended).toEqual(new Set([first]));
    await pass(10_000);
    expect(look).toHaveBeenCalledTimes(1);
  });

  it("says in the log that D1 was not read", async () => {
    const { look, wait } = room();
    look.mockRejectedValueOnce(new Error("D1 is away"));
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    wait("event", 7);
    await pass(0);
    expect(warned.mock.calls).toEqual([[expect.stringContaining("D1 is away")]]);
    warned.mockRestore();
  });
});

describe("the room", () => {
  it("is bounded: beyond 200 a wait ends at once", async () => {
    const { waiters, ended, wait } = room();
    waiters.landed(1, null);
    for (let n = 0; n < WAITERS_MAX; n += 1) wait("event", 1);
    const beyond = wait("event", 1);
    await pass(0);
    expect(ended).toEqual(new Set([beyond]));
    waiters.stop("w1");
    wait("event", 1);
    await pass(0);
    expect(ended.size).toBe(2);
  });

  it("uses one timer for all, and none when nobody waits", async () => {
    const { waiters, wait } = room();
    waiters.landed(1, null);
    for (let n = 0; n < 50; n += 1) wait("event", 1, 1_000 + n);
    expect(vi.getTimerCount()).toBe(1);
    await pass(2_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("frees the place of a caller who hangs up", async () => {
    const { waiters, ended, wait } = room();
    waiters.landed(1, null);
    const id = wait("event", 1);
    waiters.stop(id);
    waiters.stop("unknown");
    await pass(0);
    expect(ended).toEqual(new Set([id]));
    expect(vi.getTimerCount()).toBe(0);
  });
});
