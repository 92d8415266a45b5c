import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_ID_RANDOM_BYTES, entryIdAt, eventId, sequenceOf } from "../../../src/domain/core/event-id.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const bytes = fc.uint8Array({ minLength: EVENT_ID_RANDOM_BYTES, maxLength: EVENT_ID_RANDOM_BYTES });
const ms = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const sequence = fc.integer({ min: 1, max: 2 ** 40 - 1 });

describe("an event id", () => {
  const ones = [0xff, 0xff, 0xff, 0xff, 0xff];
  it.each([
    [0, 1, [0, 0, 0, 0, 0], "00000000-0000-7000-8000-000000000001"],
    [0x123, 0xab, [0, 0, 0, 0x0f, 0xff], "00000000-0123-7fff-8000-0000000000ab"],
    [0, 1, [0x03, 0xff, 0xff, 0xf0, 0], "00000000-0000-7000-bfff-ff0000000001"],
    [
      0x19_1234_5678_9a,
      0x12_3456_789a,
      [0x01, 0x23, 0x45, 0x67, 0x89],
      "19123456-789a-7789-9234-56123456789a",
    ],
    [2 ** 48 - 1, 2 ** 40 - 1, ones, "ffffffff-ffff-7fff-bfff-ffffffffffff"],
  ])("holds the moment %i, the sequence %i and the bytes %j: %s", (time, count, random, id) => {
    expect(eventId(time, count, new Uint8Array(random))).toBe(id);
    expect(sequenceOf(id)).toBe(count);
  });

  it("is a UUIDv7 that carries its milliseconds and its sequence", () => {
    fc.assert(
      fc.property(ms, sequence, bytes, (time, count, random) => {
        const id = eventId(time, count, random);
        expect(id).toMatch(UUID_V7);
        expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(time);
        expect(sequenceOf(id)).toBe(count);
        expect(sequenceOf(id.toUpperCase())).toBe(count);
      }),
    );
  });

  it("differs in its random part for two tenants' events of one moment and one sequence", () => {
    const first = eventId(1, 1, new Uint8Array([1, 2, 3, 4, 5]));
    const second = eventId(1, 1, new Uint8Array([1, 2, 3, 4, 6]));
    expect(first).not.toBe(second);
  });
});

describe("sequenceOf refuses", () => {
  it.each([
    ["a UUID of version 4", "550e8400-e29b-41d4-a716-446655440000"],
    ["another variant", "019a9f00-0000-7000-c000-000000000001"],
    ["a text around an id", `x${eventId(1, 1, new Uint8Array(5))}`],
    ["a text behind an id", `${eventId(1, 1, new Uint8Array(5))}0`],
    ["braces", `{${eventId(1, 1, new Uint8Array(5))}}`],
    ["nothing", ""],
  ])("%s", (_, text) => {
    expect(sequenceOf(text)).toBeNull();
  });
});

describe("the ids of an event's entries", () => {
  it.each([
    ["019a9f00-0000-7123-8000-00000000abcd", 0, "019a9f00-0000-7123-8000-00000000abcd"],
    ["019a9f00-0000-7123-8000-00000000abcd", 1, "019a9f00-0000-7123-8000-01000000abcd"],
    ["019a9f00-0000-7123-9abc-ff000000abcd", 2, "019a9f00-0000-7123-9abd-01000000abcd"],
    ["019a9f00-0000-7123-bfff-ff000000abcd", 1, "019a9f00-0000-7123-8000-00000000abcd"],
  ])("made of %s at position %i: %s", (first, position, id) => {
    expect(entryIdAt(first, position)).toBe(id);
  });

  it("are different UUIDv7 of the event's moment and sequence", () => {
    const first = eventId(1_700_000_000_000, 77, new Uint8Array([1, 0xff, 0xff, 0xf2, 3]));
    const ids = Array.from({ length: 300 }, (_, position) => entryIdAt(first, position));
    expect(new Set(ids).size).toBe(300);
    for (const id of ids) {
      expect(id).toMatch(UUID_V7);
      expect([id.slice(0, 19), sequenceOf(id)]).toEqual([first.slice(0, 19), 77]);
    }
  });
});
