import { describe, expect, it } from "vitest";
import type { SeenEvent } from "../../src/domain/core/event.ts";
import { KeyStore, NO_EVENT } from "../../src/tenant/key-store.ts";
import { objectStorage } from "../support/object-storage.ts";

const seen = (key: string, sequence = 1): SeenEvent => ({
  idempotency_key: key,
  fingerprint: `fingerprint of ${key}`,
  event_id: `event ${sequence}`,
  sequence,
  category: "client",
  step: "create",
  record_id: "C-1",
  answer: null,
});

const head = { sequence: 1, event_id: "event 1", created_at: 1_700_000_000_000 };

describe("the keys of a gate after D1 was restored", () => {
  it("are forgotten, saved or not, with the end of the log and its bookmark", () => {
    const storage = objectStorage();
    const keys = new KeyStore(storage);
    keys.remember([seen("key-saved")]);
    keys.hear(head, 1);
    keys.bookmark = "bookmark";
    keys.save();
    keys.remember([seen("key-not-saved", 2)]);
    keys.forget();
    for (const store of [keys, new KeyStore(storage)]) {
      expect(store.find("key-saved")).toBeNull();
      expect(store.find("key-not-saved")).toBeNull();
      expect(store.findAll(["key-saved", "key-not-saved"])).toEqual(new Map());
      expect([store.bookmark, store.head.sequence, store.heardAt]).toEqual([null, 0, 0]);
    }
    keys.save();
    expect(new KeyStore(storage).find("key-not-saved")).toBeNull();
  });

  it("stay with the requests that are no events: no other place has them", () => {
    const storage = objectStorage();
    const keys = new KeyStore(storage);
    expect(keys.reserve("key-of-a-request", "one")).toBe(true);
    keys.forget();
    for (const store of [keys, new KeyStore(storage)]) {
      expect(store.reserve("key-of-a-request", "another")).toBe(false);
      expect(store.reserve("key-of-a-request", "one")).toBe(true);
    }
  });
});

describe("what a gate has noted", () => {
  it("is known before it is saved", () => {
    const keys = new KeyStore(objectStorage());
    expect([keys.head.sequence, keys.heardAt, keys.bookmark, keys.isFollowed]).toEqual([0, 0, null, false]);
    expect(keys.tenant()).toBeNull();
    keys.remember([seen("key-1")]);
    expect(keys.findAll(["key-1", "key-2"])).toEqual(new Map([["key-1", seen("key-1")]]));
    keys.hear(head, 17);
    keys.bookmark = "bookmark";
    keys.isFollowed = true;
    expect([keys.head, keys.heardAt, keys.bookmark, keys.isFollowed]).toEqual([head, 17, "bookmark", true]);
  });

  it("is written once: each row that is written is billed", () => {
    const storage = objectStorage();
    const keys = new KeyStore(storage);
    keys.remember([seen("key-1")]);
    keys.save();
    storage.sql.exec("DELETE FROM keys WHERE key = ?", "key-1");
    keys.save();
    expect(keys.find("key-1")).toBeNull();
  });
});

describe("a key that is reserved", () => {
  it("holds no event", () => {
    const keys = new KeyStore(objectStorage());
    keys.reserve("key-of-a-request", "one");
    expect(keys.find("key-of-a-request")).toMatchObject({ event_id: NO_EVENT, sequence: 0, answer: null });
  });

  it("is refused where an event holds it, saved or not", () => {
    const keys = new KeyStore(objectStorage());
    keys.remember([seen("key-of-an-event")]);
    expect(keys.reserve("key-of-an-event", "fingerprint of key-of-an-event")).toBe(false);
    keys.save();
    expect(keys.reserve("key-of-an-event", "fingerprint of key-of-an-event")).toBe(false);
  });
});

describe("what a gate stores", () => {
  it("is read as the version before wrote it", () => {
    const storage = objectStorage();
    const before = new KeyStore(storage);
    storage.sql.exec("INSERT INTO keys VALUES (?, ?)", "key-before", JSON.stringify(seen("key-before")));
    const log = { head, heardAt: 17, bookmark: "bookmark" };
    storage.sql.exec("INSERT INTO facts VALUES (?, ?)", "log", JSON.stringify(log));
    before.setTenant("t-before");
    before.isFollowed = true;
    const keys = new KeyStore(storage);
    expect(keys.find("key-before")).toMatchObject(seen("key-before"));
    expect(keys.findAll(["key-before"]).get("key-before")).toMatchObject(seen("key-before"));
    expect([keys.head, keys.heardAt, keys.bookmark]).toEqual([head, 17, "bookmark"]);
    expect([keys.tenant(), keys.isFollowed]).toEqual(["t-before", true]);
  });

  it("is not read where only a newer version knows what it means, and can be written again", () => {
    const storage = objectStorage();
    const newer = new KeyStore(storage);
    const event = JSON.stringify({ version: 2, holder: "event 1" });
    storage.sql.exec("INSERT INTO keys VALUES (?, ?)", "key-newer", event);
    storage.sql.exec("INSERT INTO facts VALUES (?, ?)", "log", JSON.stringify({ version: 2, end: head }));
    expect(newer.find("key-newer")).toBeNull();
    const keys = new KeyStore(storage);
    expect(keys.findAll(["key-newer"])).toEqual(new Map());
    expect([keys.head.sequence, keys.heardAt, keys.bookmark]).toEqual([0, 0, null]);
    keys.remember([seen("key-newer")]);
    keys.save();
    expect(new KeyStore(storage).find("key-newer")?.event_id).toBe("event 1");
  });

  it("names its version", () => {
    const storage = objectStorage();
    const keys = new KeyStore(storage);
    keys.remember([seen("key-1")]);
    keys.save();
    keys.reserve("key-2", "one");
    const rows = [
      ...storage.sql.exec<{ version: number }>("SELECT event ->> 'version' AS version FROM keys"),
      ...storage.sql.exec<{ version: number }>(
        "SELECT value ->> 'version' AS version FROM facts WHERE name = 'log'",
      ),
    ];
    expect(rows.map(({ version }) => version)).toEqual([1, 1, 1]);
  });
});

it("a gate holds at most 5,000 keys that are not saved, the newest", () => {
  const keys = new KeyStore(objectStorage());
  for (let n = 1; n <= 5_001; n += 1) keys.remember([seen(`key-${n}`, n)]);
  expect(keys.find("key-1")).toBeNull();
  expect(keys.find("key-2")?.sequence).toBe(2);
  expect(keys.find("key-5001")?.sequence).toBe(5_001);
});
