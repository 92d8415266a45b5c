import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Submission } from "../../src/tenant/submission.ts";
import { bytesInBatch, type Waiting, WaitingRoom } from "../../src/tenant/waiting-room.ts";

const INGEST = { type: "ingest", category: "client", step: "create", id: "C-1", change: {} };
/** A command of more loans than may share a group. */
const MANY = { type: "accrual", loans: { length: 101 } };

const waiting = (bytes: number, command: object = INGEST): Waiting => ({
  submission: { command } as unknown as Submission,
  bytes,
  since: 0,
  settle: () => {},
});

function roomOf(...bytes: readonly (number | Waiting)[]): WaitingRoom {
  const room = new WaitingRoom();
  for (const one of bytes) room.push(typeof one === "number" ? waiting(one) : one);
  return room;
}
const groups = (room: WaitingRoom): readonly number[] => {
  const sizes: number[] = [];
  while (!room.isEmpty) sizes.push(room.nextGroup().length);
  return sizes;
};

describe("the next group", () => {
  const times = (count: number, bytes: number) => Array.from({ length: count }, () => bytes);

  it.each<[string, readonly number[], readonly number[]]>([
    ["nothing", [], []],
    ["one", [1], [1]],
    ["a hundred at most", times(201, 1), [100, 100, 1]],
    ["a million bytes at most", [500_000, 500_000, 1], [2, 1]],
    ["fewer bytes", [500_000, 500_001], [1, 1]],
    ["one that is larger than a group, with no other", [1, 2_000_000, 1], [1, 1, 1]],
    ["the first, however large", [2_000_000, 1], [1, 1]],
  ])("takes %s", (_, bytes, sizes) => {
    expect(groups(roomOf(...bytes))).toEqual(sizes);
  });

  it("takes commands in the order in which they came", () => {
    const room = roomOf(1, 2, 3);
    expect(room.nextGroup().map(({ bytes }) => bytes)).toEqual([1, 2, 3]);
    room.push(waiting(4));
    expect(room.nextGroup().map(({ bytes }) => bytes)).toEqual([4]);
  });

  it("takes no other command with one that touches many loans", () => {
    const many = waiting(1, MANY);
    expect(groups(roomOf(many, 1, 1, many, many, 1))).toEqual([1, 2, 1, 1, 1]);
    expect(groups(roomOf(1, many))).toEqual([1, 1]);
  });
});

describe("the room", () => {
  it("admits 2,000 commands, and another for each that leaves or is decided", () => {
    const room = new WaitingRoom();
    for (let n = 0; n < 2_000; n += 1) expect(room.admit(1)).toBe(true);
    expect(room.admit(1)).toBe(false);
    room.leave(1);
    expect([room.admit(1), room.admit(1)]).toEqual([true, false]);
    room.push(waiting(1));
    room.push(waiting(1));
    room.nextGroup();
    expect([room.admit(1), room.admit(1), room.admit(1)]).toEqual([true, true, false]);
  });

  it("admits 16,000,000 bytes, and those again that leave", () => {
    const room = new WaitingRoom();
    expect([room.admit(15_999_999), room.admit(2), room.admit(1), room.admit(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    room.leave(15_999_999);
    expect([room.admit(16_000_000), room.admit(15_999_999)]).toEqual([false, true]);
  });

  it("counts an event's data as JSON text within JSON text, in UTF-8", () => {
    expect(bytesInBatch({ data: '{"a":"ü"}' } as Submission)).toBe('"{\\"a\\":\\"üx\\"}"'.length);
  });
});

describe("gathering for the next group", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("scheduler", {
      wait: (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)),
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  interface Case {
    /** The commands of the last group, how long it took, and how long ago it ended. */
    readonly last: number;
    readonly took?: number;
    readonly ago?: number;
    /** The commands that wait when it ends. */
    readonly there: number;
    /** How many more have come after so many milliseconds. */
    readonly later?: readonly (readonly [ms: number, count: number])[];
  }

  /** How long it takes, in milliseconds, and the size of the next group. */
  async function gathered({ last, took = 1, ago = 0, there, later = [] }: Case) {
    const room = roomOf(...Array.from({ length: there }, () => 1));
    room.settled(last, took);
    await vi.advanceTimersByTimeAsync(ago);
    const start = Date.now();
    for (const [ms, count] of later) {
      setTimeout(() => {
        for (let n = 0; n < count; n += 1) room.push(waiting(1));
      }, ms);
    }
    const end = room.gather().then(() => [Date.now() - start, room.nextGroup().length]);
    await vi.advanceTimersByTimeAsync(1_000);
    return end;
  }

  it.each<[string, Case, readonly [ms: number, size: number]]>([
    ["takes no time where nothing waits", { last: 100, there: 0 }, [0, 0]],
    ["takes no time behind a group of the only caller", { last: 1, ago: 1, there: 0 }, [0, 0]],
    ["takes no time where a whole group waits", { last: 100, there: 100 }, [0, 100]],
    ["takes no time where the last group is long ago", { last: 40, ago: 100, there: 1 }, [0, 1]],
    ["expects callers who were answered a little while ago", { last: 40, ago: 99, there: 1 }, [2, 1]],
    ["ends when nobody comes", { last: 40, there: 1 }, [2, 1]],
    ["ends when all are back", { last: 3, there: 1, later: [[1, 3]] }, [1, 4]],
    ["expects those who waited, too", { last: 1, there: 1, later: [[1, 1]] }, [1, 2]],
    ["ends when no more come", { last: 40, there: 1, later: [[1, 1]] }, [4, 2]],
    ["waits as long as the last group took", { last: 40, took: 3, there: 1, later: [[2, 1]] }, [6, 2]],
    [
      "waits 5 ms three times at most",
      {
        last: 99,
        took: 50,
        there: 1,
        later: [
          [4, 1],
          [9, 1],
          [14, 1],
          [19, 1],
        ],
      },
      [15, 4],
    ],
  ])("%s", async (_, one, [ms, size]) => {
    expect(await gathered(one)).toEqual([ms, size]);
  });
});
