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
  it("decodes to the position that it was made from", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), position, async (query, place) => {
        const cursor = await encodeCursor(query, place);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(await decodeCursor(query, cursor)).toEqual(place);
      }),
    );
  });

  it("distinguishes an absent key from the text null", async () => {
    const absent = await encodeCursor("q", at(null, "1"));
    const text = await encodeCursor("q", at("null", "1"));
    expect(absent).not.toBe(text);
  });

  it("is refused by another query", async () => {
    const cursor = await encodeCursor("tenant-1 payments desc", at("5", "7"));
    expect(await decodeCursor("tenant-1 payments asc", cursor)).toBeNull();
    expect(await decodeCursor("tenant-2 payments desc", cursor)).toBeNull();
  });

  it("is refused when any one character is changed", async () => {
    const cursor = await encodeCursor("q", at("2024-01-01", "12", "3"));
    for (let place = 0; place < cursor.length; place++) {
      const other = cursor[place] === "A" ? "B" : "A";
      const changed = cursor.slice(0, place) + other + cursor.slice(place + 1);
      expect(await decodeCursor("q", changed), `character ${place}`).toBeNull();
    }
  });

  it("has one spelling: padding, white space and stray bits are refused", async () => {
    for (const tie of ["1", "12", "123"]) {
      const cursor = await encodeCursor("q", at(tie));
      for (const changed of [`${cursor}=`, `${cursor}==`, ` ${cursor}`, `${cursor}\n`, `${cursor}A`]) {
        expect(await decodeCursor("q", changed)).toBeNull();
      }
    }
  });

  it.each(["", "x", "!!!", "bnVsbA", "W10", "e30", "WzEsMiwzXQ", "_____w", "A".repeat(4000)])(
    "is never made of %j",
    async (text) => {
      expect(await decodeCursor("q", text)).toBeNull();
    },
  );
});
