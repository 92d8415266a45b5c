import fc from "fast-check";
import { LosslessNumber, parse } from "lossless-json";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/contract/json.ts";
import { readPlainJson } from "../../src/contract/plain-json.ts";

const DEPTH_MAX = 32;
const read = (text: string) => readPlainJson(text, DEPTH_MAX);
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

/** JSON with one character replaced, doubled or dropped: mostly no JSON any more. */
const damaged = fc
  .record({
    text: fc.json(),
    at: fc.nat(),
    by: fc.constantFrom("", '"', "{", "}", "[", ",", ":", "0", "-", ".", "e", "\\", " "),
  })
  .map(({ text, at, by }) => text.slice(0, at % text.length) + by + text.slice((at % text.length) + 1));

describe("the quick reader of JSON", () => {
  it("reads what the thorough one reads, or leaves the text to it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), (text) => {
        const value = read(text);
        if (value !== undefined) expect(value).toEqual(parse(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it("reads all of plain JSON, numbers with every digit", () => {
    const text =
      ' {"a" : [ 1.50 , -0, 1e400, true,false , null, "é\u{1F600}", {}, [] ],\t"b":{"c":"d"} }\r\n';
    const numbers = ["1.50", "-0", "1e400"].map((digits) => new LosslessNumber(digits));
    const value = { a: [...numbers, true, false, null, "é\u{1F600}", {}, []], b: { c: "d" } };
    expect(read(text)).toEqual(value);
    expect(read(nested(DEPTH_MAX))).toBeDefined();
  });

  it.each([
    ["an escape", '"a\\n"'],
    ["a raw control character", '"a\u0001"'],
    ["a member twice", '{"a":1,"a":1}'],
    ["a member named __proto__", '{"__proto__":1}'],
    ["half a surrogate pair", '"\ud800"'],
    ["one level too many", nested(DEPTH_MAX + 1)],
    ["a trailing comma", "[1,]"],
    ["a leading zero", "01"],
    ["a cut text", '{"a":"b'],
    ["nothing", ""],
  ])("leaves %s to the thorough one", (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it("changes no verdict: what is left is judged as before", () => {
    expect(parseJson('{"a":1,"a":1}')).toEqual({ ok: true, value: { a: new LosslessNumber("1") } });
    expect(parseJson('{"a":1,"a":2}').ok).toBe(false);
    expect(parseJson(nested(DEPTH_MAX + 1)).ok).toBe(false);
    expect(parseJson('"a\\n"')).toEqual({ ok: true, value: "a\n" });
  });
});
