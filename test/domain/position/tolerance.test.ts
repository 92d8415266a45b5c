import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { measureOf } from "../../../src/domain/position/measure.ts";
import {
  parseArrearsTolerance,
  parseToleranceShare,
  toleratedArrears,
} from "../../../src/domain/position/tolerance.ts";

const MESSAGE = "must be a decimal such as 100, or one for each currency, such as USD:100,JPY:10000";

describe("a tolerance", () => {
  it.each([
    ["100", ["100", {}]],
    ["0.5", ["0.5", {}]],
    ["USD:100,JPY:10000", ["0", { USD: "100", JPY: "10000" }]],
  ] as const)("reads %s", (text, [amount, by_currency]) => {
    expect(parseArrearsTolerance(text)).toEqual({ ok: true, value: { amount, by_currency } });
  });

  it.each([
    "",
    "-1",
    "1e3",
    "USD",
    "USD:",
    "usd:1",
    "USD:1,USD:2",
    "USD:1:2",
    "XXX:1",
    "1,2",
    "USD:1,2",
    "x100",
    "100x",
  ])("refuses %j", (text) => {
    expect(parseArrearsTolerance(text)).toEqual({ ok: false, error: MESSAGE });
  });

  it.each([
    ["0", true],
    ["0.01", true],
    ["1", true],
    ["1.0", true],
    ["01.000000000000", true],
    ["1.000000000001", false],
    ["1.01", false],
    ["-0.1", false],
    ["1%", false],
  ])("as a share of %j is read: %s", (text, isRead) => {
    expect(parseToleranceShare(text).ok).toBe(isRead);
  });

  it.each([
    ["100", {}, "0", "USD", 0n, 10_000n],
    ["0.999", {}, "0", "USD", 0n, 99n],
    ["0.999", {}, "0", "JPY", 0n, 0n],
    ["5", { JPY: "10000" }, "0", "JPY", 0n, 10_000n],
    ["0", {}, "0.01", "USD", 150_099n, 1_500n],
    ["20", {}, "0.01", "USD", 150_099n, 2_000n],
    ["0", {}, "1", "USD", 150_099n, 150_099n],
    ["0", {}, "1", "USD", 0n, 0n],
  ] as const)(
    "of %s, %o and %s tolerates in %s with %s outstanding %s",
    (amount, by, share, currency, out, most) => {
      expect(toleratedArrears({ amount, by_currency: by, share }, currency, out)).toBe(most);
    },
  );
});

describe("the measure of a request", () => {
  const settings = { ...DEFAULT_SETTINGS, arrears_tolerance: "USD:100", arrears_tolerance_share: "0.01" };

  it("is as the settings say", () => {
    const tolerance = { amount: "0", by_currency: { USD: "100" }, share: "0.01" };
    expect(measureOf({}, settings)).toEqual({ allocation: "oldest", tolerance });
  });

  it("is as the request says, one by one", () => {
    const arrears_tolerance = { amount: "5", by_currency: {} };
    expect(measureOf({ arrears_tolerance, allocation: "own" }, settings)).toEqual({
      allocation: "own",
      tolerance: { amount: "5", by_currency: {}, share: "0.01" },
    });
    expect(measureOf({ arrears_tolerance_share: "0" }, settings).tolerance).toEqual({
      amount: "0",
      by_currency: { USD: "100" },
      share: "0",
    });
  });

  it("tolerates no amount where the setting cannot be read", () => {
    const { tolerance } = measureOf({}, { ...settings, arrears_tolerance: "some" });
    expect(tolerance).toEqual({ amount: "0", by_currency: {}, share: "0.01" });
  });
});
