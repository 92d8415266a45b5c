import { describe, expect, it } from "vitest";
import type { SeenEvent } from "../../src/domain/core/event.ts";
import { keyHash } from "../../src/domain/log/hash.ts";
import { Facts } from "../../src/tenant/facts.ts";
import { KeyStore, NO_EVENT } from "../../src/tenant/key-store.ts";
import { objectStorage } from "../support/object-storage.ts";

/** The hash of a key. */
const hashed = (key: string) => keyHash("t", key);

const seen = (key: string, sequence = 1): SeenEvent => ({
  key_hash: hashed(key),
  fingerprint: `fingerprint of ${key}`,
  event_id: `event ${sequence}`,
  sequence,
  category: "client",
  step: "create",
  record_id: "C-1",
  answer: null,
  hash: "00",
});

/** The keys of a gate whose log has lost some sequences. */
function keysIn(storage: DurableObjectStorage, lost: readonly number[] = []): KeyStore {
  return new KeyStore(storage, { facts: new Facts(storage), isLost: (sequence) => lost.includes(sequence) });
}

describe("the keys of a gate after D1 was restored", () => {
  it("count as unknown where their events are lost, saved or not, and stay known where they are not", () => {
    const storage = objectStorage();
    const lost: number[] = [];
    const keys = keysIn(storage, lost);
    keys.remember([seen("key-kept"), seen("key-saved", 2)]);
    keys.save();
    keys.remember([seen("key-not-saved", 3)]);
    lost.push(2, 3);
    const all = ["key-kept", "key-saved", "key-not-saved"];
    expect(all.map((key) => keys.find(hashed(key))?.sequence)).toEqual([1, undefined, undefined]);
    expect([...keys.findAll(all.map(hashed)).keys()]).toEqual([hashed("key-kept")]);
    keys.save();
    expect(all.map((key) => keysIn(storage, lost).find(hashed(key))?.sequence)).toEqual([
      1,
      undefined,
      undefined,
    ]);
    // As D1 that is restored again, to when it had them.
    expect(all.map((key) => keysIn(storage).find(hashed(key))?.sequence)).toEqual([1, 2, 3]);
  });

  it("can be used by other events and requests where their events are lost", () => {
    const storage = objectStorage();
    const keys = keysIn(storage, [2]);
    keys.remember([seen("key-1", 2), seen("key-2", 2)]);
    keys.save();
    expect(keys.reserve(hashed("key-1"), "another")).toBe(true);
    keys.remember([seen("key-2", 1_001)]);
    keys.save();
    expect(keysIn(storage, [2]).find(hashed("key-2"))?.sequence).toBe(1_001);
  });

  it("stay with the requests that are no events: no other place has them", () => {
    const storage = objectStorage();
    expect(keysIn(storage).reserve(hashed("key-of-a-request"), "one")).toBe(true);
    const keys = keysIn(storage, [1, 2, 3]);
    expect(keys.reserve(hashed("key-of-a-request"), "another")).toBe(false);
    expect(keys.reserve(hashed("key-of-a-request"), "one")).toBe(true);
  });
});

describe("what a gate has noted", () => {
  it("is known before it is saved", () => {
    const keys = keysIn(objectStorage());
    expect(keys.isFollowed).toBe(false);
    expect(keys.tenant()).toBeNull();
    keys.remember([seen("key-1")]);
    const asked = [hashed("key-1"), hashed("key-2")];
    expect(keys.findAll(asked)).toEqual(new Map([[hashed("key-1"), seen("key-1")]]));
    keys.isFollowed = true;
    expect(keys.isFollowed).toBe(true);
  });

  it("is written once: each row that is written is billed", () => {
    const storage = objectStorage();
    const keys = keysIn(storage);
    keys.remember([seen("key-1")]);
    keys.save();
    storage.sql.exec("DELETE FROM key_blocks");
    keys.save();
    expect(keysIn(storage).find(hashed("key-1"))).toBeNull();
  });
});

describe("a key that is reserved", () => {
  it("holds no event", () => {
    const keys = keysIn(objectStorage());
    keys.reserve(hashed("key-of-a-request"), "one");
    expect(keys.find(hashed("key-of-a-request"))).toMatchObject({
      event_id: NO_EVENT,
      sequence: 0,
      answer: null,
    });
  });

  it("is refused where an event holds it, saved or not", () => {
    const keys = keysIn(objectStorage());
    keys.remember([seen("key-of-an-event")]);
    expect(keys.reserve(hashed("key-of-an-event"), "fingerprint of key-of-an-event")).toBe(false);
    keys.save();
    expect(keys.reserve(hashed("key-of-an-event"), "fingerprint of key-of-an-event")).toBe(false);
  });
});

describe("what a gate stores", () => {
  it("is read as the version before wrote it", () => {
    const storage = objectStorage();
    const before = keysIn(storage);
    const { key_hash: _, ...stored } = seen("key-before");
    const event = JSON.stringify(stored);
    storage.sql.exec("INSERT INTO keys VALUES (unhex(?), ?)", hashed("key-before"), event);
    before.setTenant("t-before");
    before.isFollowed = true;
    const keys = keysIn(storage);
    expect(keys.find(hashed("key-before"))).toMatchObject(seen("key-before"));
    expect(keys.findAll([hashed("key-before")]).get(hashed("key-before"))).toMatchObject(seen("key-before"));
    expect([keys.tenant(), keys.isFollowed]).toEqual(["t-before", true]);
    keys.forgetFingerprints([hashed("key-before")]);
    expect(keys.find(hashed("key-before"))).toMatchObject({ sequence: 1, fingerprint: null });
  });

  it("is not read where only a newer version knows what it means, and can be written again", () => {
    const storage = objectStorage();
    const newer = keysIn(storage);
    const event = JSON.stringify({ version: 2, holder: "event 1" });
    storage.sql.exec("INSERT INTO keys VALUES (unhex(?), ?)", hashed("key-newer"), event);
    expect(newer.find(hashed("key-newer"))).toBeNull();
    const keys = keysIn(storage);
    expect(keys.findAll([hashed("key-newer")])).toEqual(new Map());
    keys.remember([seen("key-newer")]);
    keys.save();
    expect(keysIn(storage).find(hashed("key-newer"))?.event_id).toBe("event 1");
  });

  it("names its version", () => {
    const storage = objectStorage();
    const keys = keysIn(storage);
    keys.remember([seen("key-1")]);
    keys.save();
    keys.reserve(hashed("key-2"), "one");
    const query = "SELECT event ->> 'version' AS version FROM keys";
    expect(storage.sql.exec(query).toArray()).toEqual([{ version: 1 }]);
    const blocks = "SELECT events ->> 'version' AS version FROM key_blocks";
    expect(storage.sql.exec(blocks).toArray()).toEqual([{ version: 1 }]);
  });
});

describe("the keys that a gate holds", () => {
  const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it("are those of the last 5,000 events", () => {
    const keys = keysIn(objectStorage());
    for (const n of oneTo(5_001)) keys.remember([seen(`key-${n}`, n)]);
    expect(keys.find(hashed("key-1"))).toBeNull();
    expect(keys.find(hashed("key-2"))?.sequence).toBe(2);
    expect(keys.find(hashed("key-5001"))?.sequence).toBe(5_001);
  });

  it("outlive it in a row for each 64 sequences, for the last 2,048", () => {
    const storage = objectStorage();
    const keys = keysIn(storage);
    for (const n of oneTo(2_200)) {
      keys.remember([seen(`key-${n}`, n)]);
      if (n % 7 === 0) keys.save();
    }
    keys.save();
    const query = "SELECT block, length(keys) / 64 AS keys FROM key_blocks";
    const blocks = storage.sql.exec<{ block: number; keys: number }>(query).toArray();
    expect(blocks).toHaveLength(32);
    expect(blocks.slice(0, -1).every((block) => block.keys === 64)).toBe(true);
    const later = keysIn(storage);
    const first = Number(blocks[0]?.block) * 64;
    expect(later.find(hashed(`key-${first - 1}`))).toBeNull();
    for (const n of [first, first + 63, first + 64, 2_200]) {
      expect(later.find(hashed(`key-${n}`))).toEqual(seen(`key-${n}`, n));
    }
  });

  it("leave a long answer to D1", () => {
    const storage = objectStorage();
    const keys = keysIn(storage);
    keys.remember([{ ...seen("key-1"), answer: "x".repeat(16_001) }, seen("key-2", 2)]);
    expect(keys.find(hashed("key-1"))?.sequence).toBe(1);
    keys.save();
    expect(keysIn(storage).find(hashed("key-1"))).toBeNull();
    expect(keysIn(storage).find(hashed("key-2"))?.sequence).toBe(2);
  });

  it("forget what the request was, in memory and where an earlier life has left them", () => {
    const storage = objectStorage();
    const before = keysIn(storage);
    before.remember([seen("key-1"), seen("key-2", 2), seen("key-3", 64)]);
    before.save();
    const keys = keysIn(storage);
    keys.remember([seen("key-4", 65)]);
    keys.forgetFingerprints(["key-2", "key-3", "key-4"].map(hashed));
    const fingerprints = (store: KeyStore) =>
      ["key-1", "key-2", "key-3", "key-4"].map((key) => store.find(hashed(key))?.fingerprint);
    expect(fingerprints(keys)).toEqual(["fingerprint of key-1", null, null, null]);
    keys.save();
    expect(fingerprints(keysIn(storage))).toEqual(["fingerprint of key-1", null, null, null]);
  });
});
