import { expect, it } from "vitest";
import { BoundedMap } from "../../src/tenant/bounded-map.ts";

it("a bounded map evicts the least recently used value, and never exceeds its weight", () => {
  const map = new BoundedMap<string>(10, (value) => value.length);
  for (const key of ["a", "b", "c"]) map.set(key, "xxx");
  expect(map.get("a")).toBe("xxx");
  map.set("d", "xxx");
  expect(["a", "b", "c", "d"].map((key) => map.get(key) !== undefined)).toEqual([true, false, true, true]);
  map.set("a", "xxxxxx");
  expect(["a", "c", "d"].filter((key) => map.get(key) !== undefined)).toEqual(["a", "d"]);
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
