import canonicalize from "canonicalize";
import fc from "fast-check";
import { LosslessNumber } from "lossless-json";
import { expect, it } from "vitest";
import { canonicalText } from "../../src/contract/canonical.ts";

/** Texts, keywords, lists and objects: without numbers the canonical form is that of the RFC, with a tag before each text. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "grapheme" }).filter((text) => text.isWellFormed()),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((text) => text.isWellFormed()),
      tie("tree"),
      { maxKeys: 6 },
    ),
  ),
}));

function tagged(value: unknown): unknown {
  if (typeof value === "string") return `s${value}`;
  if (Array.isArray(value)) return value.map(tagged);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, tagged(member)]));
}

it("the canonical text of a request is that of RFC 8785, its texts tagged", () => {
  fc.assert(
    fc.property(tree, (value) => {
      expect(canonicalText(value)).toBe(canonicalize(tagged(value)));
    }),
  );
});

it("numbers go in by their value, and are no texts", () => {
  const number = (digits: string) => canonicalText([new LosslessNumber(digits)]);
  expect(new Set(["1", "1.0", "10e-1"].map(number))).toEqual(new Set(['["n1e0"]']));
  expect(number("1")).not.toBe(canonicalText(["1"]));
  expect(canonicalText({ b: undefined, a: new LosslessNumber("0.10") })).toBe('{"a":"n1e-1"}');
});
