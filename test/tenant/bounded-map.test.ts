import { expect, it } from "vitest";
import { BoundedMap } from "../../src/tenant/bounded-map.ts";

it("a bounded map evicts the least recently used values, and never exceeds its weight", () => {
  const map = new BoundedMap<string>(16, (value) => value.length);
  const keys = Array.from({ length: 16 }, (_, index) => `key ${index}`);
  for (const key of keys) map.set(key, "x");
  const held = () => keys.filter((key) => map.get(key) !== undefined);
  expect(held()).toEqual(keys);
  // Read again, the first is the most recent; room is made for an eighth.
  expect(map.get("key 0")).toBe("x");
  map.set("new", "x");
  expect(held()).toEqual(["key 0", ...keys.slice(4)]);
  expect(map.get("new")).toBe("x");
  map.set("heavy", "x".repeat(14));
  expect(["key 0", ...keys.slice(4)].filter((key) => map.get(key) !== undefined)).toEqual([]);
  expect(map.get("heavy")).toHaveLength(14);
});

it("a bounded map does not keep a value that is too heavy by itself, and counts a replaced value once", () => {
  const map = new BoundedMap<string>(10, (value) => value.length);
  map.set("huge", "x".repeat(11));
  expect(map.get("huge")).toBeUndefined();
  for (const _ of [1, 2, 3, 4, 5]) map.set("same", "xxxxx");
  map.set("other", "xxxxx");
  expect([map.get("same"), map.get("other")]).toEqual(["xxxxx", "xxxxx"]);
  map.clear();
  expect(map.get("same")).toBeUndefined();
});
