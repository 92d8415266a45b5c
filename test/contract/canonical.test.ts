import { describe, expect, it } from "vitest";
import { canonicalText } from "../../src/contract/canonical.ts";
import { parseJson } from "../../src/contract/json.ts";

function textOf(json: string): string {
  const parsed = parseJson(json);
  if (!parsed.ok) throw new Error(parsed.error);
  return canonicalText(parsed.value);
}

describe("the canonical text of a body", () => {
  it.each([
    ["members in another order", '{"a":1,"b":{"d":[2],"c":"x"}}', '{"b":{"c":"x","d":[2]},"a":1}'],
    ["names that are indexes", '{"10":1,"9":2,"b":3}', '{"b":3,"9":2,"10":1}'],
    ["the same amount written otherwise", '{"a":10000.50,"b":1e2}', '{"a":10000.5,"b":100}'],
    ["white space and escapes", ' { "a" : "\\u00e9" } ', '{"a":"é"}'],
  ])("is one for %s", (_, left, right) => {
    expect(textOf(left)).toBe(textOf(right));
  });

  it.each([
    ["a number and its text", '{"a":1}', '{"a":"1"}'],
    ["a text and the tag of a number", '{"a":1}', '{"a":"n1"}'],
    ["amounts beyond what binary floats tell apart", '{"a":9007199254740993}', '{"a":9007199254740992}'],
    ["null and absence", '{"a":null}', "{}"],
    ["lists in another order", "[1,2]", "[2,1]"],
    ["an empty list and an empty object", '{"a":[]}', '{"a":{}}'],
  ])("tells apart %s", (_, left, right) => {
    expect(textOf(left)).not.toBe(textOf(right));
  });
});
