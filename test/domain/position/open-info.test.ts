import { describe, expect, it } from "vitest";
import { openInfo } from "../../../src/domain/position/open-info.ts";

/* The text of a member of `info` as a group (docs/analytics.md#groups). */

const textOf = (json: string) => openInfo(`{"other":"x","branch":${json}}`, ["branch"]).get("branch") ?? null;

describe("a member of info", () => {
  it.each([
    ["1", "1"],
    ["1.0", "1"],
    ['"1"', "1"],
    ["10e-1", "1"],
    ["1e2", "100"],
    ["-0", "0"],
    ["0.00", "0"],
    ["-1.50", "-1.5"],
    ["0.05", "0.05"],
    ["12345678901234567890.10", "12345678901234567890.1"],
    ["1e400", "1e400"],
    ["10e-400", "1e-399"],
    ["true", "true"],
    ["false", "false"],
    ['"true"', "true"],
    ['"a \\"b\\" \\u00e9"', 'a "b" é'],
    ['""', ""],
    ["null", null],
    ["{}", null],
    ['{"branch":"x"}', null],
    ["[1]", null],
  ])("of the value %s is in the group %s", (json, text) => {
    expect(textOf(json)).toBe(text);
  });

  it("has no value where it, or info, is absent", () => {
    expect(openInfo('{"other":1}', ["branch"]).get("branch")).toBeUndefined();
    expect(openInfo(null, ["branch"]).size).toBe(0);
  });

  it("is read only if it was asked for", () => {
    expect([...openInfo('{"a":1,"b.c":2,"d":3}', ["a", "b.c"])]).toEqual([
      ["a", "1"],
      ["b.c", "2"],
    ]);
  });
});
