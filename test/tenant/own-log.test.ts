import { describe, expect, it } from "vitest";
import { Facts } from "../../src/tenant/facts.ts";
import { OwnLog } from "../../src/tenant/own-log.ts";
import { objectStorage } from "../support/object-storage.ts";

const NOW = 1_700_000_000_000;
const head = (sequence: number) => ({
  sequence,
  event_id: `event ${sequence}`,
  created_at: NOW,
  hash: `hash ${sequence}`,
});
const place = (sequence: number) => ({ sequence, event_id: `event ${sequence}` });
const logIn = (storage: DurableObjectStorage) => new OwnLog(new Facts(storage), storage);

describe("the mark of a gate", () => {
  it("is above every sequence that was ever sent, is stored before, and rises by 1,000", async () => {
    const storage = objectStorage();
    const log = logIn(storage);
    expect(log.unusedAfter(0)).toBe(1);
    await log.reserve(1);
    // As an object that is killed before it has heard anything.
    expect(logIn(storage).unusedAfter(0)).toBe(1_001);
    await log.reserve(1_000);
    expect(log.unusedAfter(0)).toBe(1_001);
    await log.reserve(1_040);
    expect(logIn(storage).unusedAfter(0)).toBe(2_040);
  });

  it("is no lower than what D1 and the gate itself have seen", () => {
    const log = logIn(objectStorage());
    log.hear(head(70), NOW);
    expect([log.unusedAfter(3), log.unusedAfter(80)]).toEqual([71, 81]);
  });
});

describe("the events that a gate trusts", () => {
  it("are none before it has seen one, then the last one, also after it was evicted", () => {
    const storage = objectStorage();
    const log = logIn(storage);
    expect(log.trusted).toEqual([]);
    log.hear(head(7), NOW);
    log.save();
    expect(logIn(storage).trusted).toMatchObject([place(7)]);
    expect([logIn(storage).head, logIn(storage).heardAt]).toEqual([head(7), NOW]);
  });

  it("are the last one and that of a restore while it is not known whether D1 took it", async () => {
    const storage = objectStorage();
    const log = logIn(storage);
    log.hear(head(7), NOW);
    await log.beginRestore(place(1_001), [4, 1_000], 1_002);
    for (const one of [log, logIn(storage)]) {
      expect(one.trusted).toMatchObject([place(7), place(1_001)]);
      expect([one.isRestoring, one.bookmark, one.unusedAfter(0)]).toEqual([true, null, 2_002]);
      expect([3, 4, 7, 1_000, 1_001].filter((sequence) => one.isLost(sequence))).toEqual([4, 7, 1_000]);
    }
    log.hear(head(1_002), NOW);
    log.save();
    expect(log.trusted).toMatchObject([place(1_002)]);
    expect([log.isRestoring, logIn(storage).isRestoring, logIn(storage).isLost(7)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe("what a gate stores of the log", () => {
  it("is read as the version before wrote it", () => {
    const storage = objectStorage();
    const log = { head: head(1), heardAt: 17, bookmark: "bookmark" };
    new Facts(storage).set("log", JSON.stringify(log));
    const { head: known, heardAt, bookmark, isRestoring, switched } = logIn(storage);
    expect({ head: known, heardAt, bookmark }).toEqual(log);
    expect([isRestoring, switched]).toEqual([false, null]);
  });

  it("is not read where only a newer version knows what it means", () => {
    const storage = objectStorage();
    new Facts(storage).set("log", JSON.stringify({ version: 2, end: head(1) }));
    const { head: known, heardAt, bookmark } = logIn(storage);
    expect([known.sequence, heardAt, bookmark]).toEqual([0, 0, null]);
  });

  it("names its version, and keeps the last switch of bookkeeping", () => {
    const storage = objectStorage();
    const log = logIn(storage);
    log.save();
    log.switched = { mode: "records", settle_bank: null, version: 3, sequence: 9, opens: true };
    const versions = ["log", "switched"].map(
      (name) => JSON.parse(new Facts(storage).get(name) ?? "").version,
    );
    expect(versions).toEqual([1, 1]);
    expect(logIn(storage).switched).toEqual({
      mode: "records",
      settle_bank: null,
      version: 3,
      sequence: 9,
      opens: true,
    });
  });
});
