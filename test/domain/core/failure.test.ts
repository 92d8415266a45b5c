import { describe, expect, it } from "vitest";
import { causeOf, DatabaseAway, DeadlineExceeded, framesOf } from "../../../src/domain/core/failure.ts";

describe("what the log says of an error", () => {
  const driver = new TypeError("D1_ERROR: no such table: events");
  it.each<[string, unknown, string]>([
    ["its own words", driver, "TypeError: D1_ERROR: no such table: events"],
    [
      "the words of its cause, without the parameters that the outer error repeats",
      new Error("Failed query, params: Jane Roe", { cause: driver }),
      "TypeError: D1_ERROR: no such table: events",
    ],
    [
      "the words of the innermost cause",
      new DatabaseAway(new Error("params: Jane Roe", { cause: driver })),
      "TypeError: D1_ERROR: no such table: events",
    ],
    ["its own words where the cause is no error", new Error("outer", { cause: "text" }), "Error: outer"],
    ["a deadline by its name", new DeadlineExceeded(250), "DeadlineExceeded: no answer within 250 ms"],
    ["what was thrown in place of an error", "text", "text"],
    ["nothing", null, "null"],
    ["an object that only looks like an error", { cause: driver }, "[object Object]"],
  ])("is %s", (_, error, words) => {
    expect(causeOf(error)).toBe(words);
  });

  it("is where it came from, without its words", () => {
    const error = new Error("Jane Roe");
    error.stack =
      "Error: Jane Roe\n    at first (a.ts:1:2)\n    at second (b.ts:3:4)\nof Main Street at noon";
    expect(framesOf(error)).toEqual(["at first (a.ts:1:2)", "at second (b.ts:3:4)"]);
  });

  it.each([
    ["an error without a stack", Object.assign(new Error("x"), { stack: undefined })],
    ["what is no error", { stack: "    at first (a.ts:1:2)" }],
    ["nothing", null],
  ])("is no place for %s", (_, error) => {
    expect(framesOf(error)).toEqual([]);
  });
});
