import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "../../src/contract/cursor.ts";

const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((value) => value.isWellFormed());
const place = fc.array(fc.option(text), { maxLength: 3 });
const position = fc.record({
  after: fc.option(place),
  stretch: fc.option(fc.record({ from: place, to: fc.option(place), next: fc.option(place) })),
});
const at = (...after: (string | null)[]) => ({ after, stretch: null });

describe("a cursor", () => {
  it("decodes to the position that it was made from", () => {
    fc.assert(
      fc.property(fc.string(), position, (query, place) => {
        const cursor = encodeCursor(query, place);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(query, cursor)).toEqual(place);
      }),
    );
  });

  it("distinguishes an absent key from the text null", () => {
    const absent = encodeCursor("q", at(null, "1"));
    const text = encodeCursor("q", at("null", "1"));
    expect(absent).not.toBe(text);
  });

  it("is refused by another query", () => {
    const cursor = encodeCursor("tenant-1 payments desc", at("5", "7"));
    expect(decodeCursor("tenant-1 payments asc", cursor)).toBeNull();
    expect(decodeCursor("tenant-2 payments desc", cursor)).toBeNull();
  });

  it("is refused when any one character is changed", () => {
    const cursor = encodeCursor("q", at("2024-01-01", "12", "3"));
    for (let place = 0; place < cursor.length; place++) {
      const other = cursor[place] === "A" ? "B" : "A";
      const changed = cursor.slice(0, place) + other + cursor.slice(place + 1);
      expect(decodeCursor("q", changed), `character ${place}`).toBeNull();
    }
  });

  it("has one spelling: padding, white space and stray bits are refused", () => {
    for (const tie of ["1", "12", "123"]) {
      const cursor = encodeCursor("q", at(tie));
      for (const changed of [`${cursor}=`, `${cursor}==`, ` ${cursor}`, `${cursor}\n`, `${cursor}A`]) {
        expect(decodeCursor("q", changed)).toBeNull();
      }
    }
  });

  it.each(["", "x", "!!!", "bnVsbA", "W10", "e30", "WzEsMiwzXQ", "_____w", "A".repeat(4000)])(
    "is never made of %j",
    (text) => {
      expect(decodeCursor("q", text)).toBeNull();
    },
  );
});
