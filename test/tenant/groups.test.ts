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

  /** How long it takes with `first` commands there, `before` in the last group and `later` that come after 2 ms. */
  async function gathered(first: number, before: number, later = 0): Promise<number> {
    const room = roomOf(...Array.from({ length: first }, () => 1));
    const start = performance.now();
    let took = Number.NaN;
    const end = room.gather(before).then(() => {
      took = performance.now() - start;
    });
    await vi.advanceTimersByTimeAsync(2);
    for (let n = 0; n < later; n += 1) room.push(waiting(1));
    await vi.advanceTimersByTimeAsync(10);
    await end;
    return took;
  }

  it.each([
    [0, 100, 0, 0],
    [50, 100, 0, 0],
    [49, 49, 0, 1],
    [1, 0, 0, 1],
    [1, 1, 0, 1],
    [1, 2, 0, 3],
    [1, 3, 1, 3],
    [49, 100, 0, 3],
  ])("with %i there, %i before and %i that come later takes %i ms", async (first, before, later, ms) => {
    expect(await gathered(first, before, later)).toBe(ms);
  });

  it.each([
    [1, 3, 2],
    [49, 100, 1],
  ])(
    "ends as soon as as many as before, or half a group, are there: %i of %i, then %i more",
    async (...counts) => {
      expect(await gathered(...counts)).toBeLessThan(3);
    },
  );
});
