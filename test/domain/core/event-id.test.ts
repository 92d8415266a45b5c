import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_ID_RANDOM_BYTES, eventId, sequenceOf } from "../../../src/domain/core/event-id.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const bytes = fc.uint8Array({ minLength: EVENT_ID_RANDOM_BYTES, maxLength: EVENT_ID_RANDOM_BYTES });
const ms = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const sequence = fc.integer({ min: 1, max: 2 ** 40 - 1 });

describe("an event id", () => {
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
    ["braces", `{${eventId(1, 1, new Uint8Array(5))}}`],
    ["nothing", ""],
  ])("%s", (_, text) => {
    expect(sequenceOf(text)).toBeNull();
  });
});
