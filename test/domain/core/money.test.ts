import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divideHalfEven, INT64_MAX, majorParts, toMajor, toMinor } from "../../../src/domain/core/money.ts";

const currency = fc.constantFrom("JPY", "USD", "IQD", "CLF", "MGA", "UYW", "BHD");
const minor = fc.bigInt(-INT64_MAX, INT64_MAX);

const read = (amount: string, code: string) => {
  const result = toMinor(amount, code);
  if (!result.ok) throw new Error(`refused: ${result.error}`);
  return result.value;
};
const refusal = (amount: string, code: string) => {
  const result = toMinor(amount, code);
  if (result.ok) throw new Error(`accepted as ${result.value}`);
  return result.error;
};

describe("toMinor", () => {
  it.each([
    ["12345678901234.56", "USD", 1234567890123456n],
    ["10000", "USD", 1_000_000n],
    ["0.01", "USD", 1n],
    ["1e3", "USD", 100_000n],
    ["1.5e-1", "USD", 15n],
    ["100e-4", "USD", 1n],
    ["1.230", "USD", 123n],
    ["1.2300000000000000000000000000000000", "USD", 123n],
    ["-0", "USD", 0n],
    ["0.000000", "JPY", 0n],
    ["0e999999999", "JPY", 0n],
    ["-12.5", "USD", -1250n],
    ["5", "JPY", 5n],
    ["0.001", "BHD", 1n],
    ["0.0001", "CLF", 1n],
    ["92233720368547758.07", "USD", INT64_MAX],
    ["-92233720368547758.07", "USD", -INT64_MAX],
    ["-9223372036854775808", "JPY", -(2n ** 63n)],
    ["9223372036854775807", "JPY", 2n ** 63n - 1n],
    ["9223372036854775807", "JPY", INT64_MAX],
    ["9223372036854775.807", "IQD", INT64_MAX],
    ["922337203685477.5807", "CLF", INT64_MAX],
    ["0.9007199254740993e17", "USD", 9_007_199_254_740_993_000n],
  ])("reads %s %s as exactly %d minor units", (amount, code, value) => {
    expect(read(amount, code)).toBe(value);
  });

  it.each([
    ["0.001", "USD", "2 decimals"],
    ["1e-3", "USD", "2 decimals"],
    ["0.1", "JPY", "0 decimals"],
    ["0.0001", "BHD", "3 decimals"],
    ["0.00001", "CLF", "4 decimals"],
    ["0.001", "MGA", "2 decimals"],
    ["1e-999999999", "USD", "2 decimals"],
    ["0.30000000000000004", "USD", "2 decimals"],
  ])("refuses %s %s: more than %s", (amount, code, decimals) => {
    expect(refusal(amount, code)).toContain(decimals);
  });

  it.each([
    ["92233720368547758.08", "USD", "92233720368547758.07"],
    ["-92233720368547758.09", "USD", "-92233720368547758.08"],
    ["9223372036854775808", "JPY", "9223372036854775807"],
    ["1e17", "USD", "92233720368547758.07"],
    ["1e999999999", "USD", "92233720368547758.07"],
    ["99999999999999999999", "JPY", "9223372036854775807"],
    ["-1e999999999", "JPY", "-9223372036854775808"],
  ])("refuses %s %s, beyond 64 bits, and names the limit", (amount, code, bound) => {
    const side = amount.startsWith("-") ? "least" : "most";
    expect(refusal(amount, code)).toBe(`must be at ${side} ${bound} in ${code}`);
  });
});

describe("toMajor", () => {
  it.each([
    [123450n, "USD", "1234.5"],
    [1n, "USD", "0.01"],
    [-1n, "USD", "-0.01"],
    [0n, "USD", "0"],
    [100n, "USD", "1"],
    [5n, "JPY", "5"],
    [1n, "CLF", "0.0001"],
    [INT64_MAX, "USD", "92233720368547758.07"],
  ])("writes %d minor units of %s as %s", (value, code, text) => {
    expect(toMajor(value, code)).toBe(text);
  });

  it("is undone by toMinor for every 64-bit amount of every precision", () => {
    fc.assert(
      fc.property(minor, currency, (value, code) => {
        expect(read(toMajor(value, code), code)).toBe(value);
      }),
    );
  });

  it("writes a JSON number without an exponent or trailing zeros", () => {
    fc.assert(
      fc.property(minor, currency, (value, code) => {
        expect(toMajor(value, code)).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
      }),
    );
  });
});

it.each([
  [0n, "USD", "0", "00"],
  [1n, "USD", "0", "01"],
  [-1n, "USD", "-0", "01"],
  [-1_234_500n, "USD", "-12345", "00"],
  [-7n, "JPY", "-7", ""],
  [10_000n, "CLF", "1", "0000"],
])("majorParts writes %d minor units of %s as %s and %s", (value, code, whole, fraction) => {
  expect(majorParts(value, code)).toEqual([whole, fraction]);
});

it.each([
  [0n, 3n, 0n],
  [1n, 3n, 0n],
  [2n, 3n, 1n],
  [1n, 2n, 0n],
  [3n, 2n, 2n],
  [5n, 2n, 2n],
  [7n, 2n, 4n],
  [9n, 2n, 4n],
  [15n, 10n, 2n],
  [25n, 10n, 2n],
  [249n, 100n, 2n],
  [251n, 100n, 3n],
  [6n, 3n, 2n],
])("divideHalfEven rounds %d / %d to %d", (dividend, divisor, quotient) => {
  expect(divideHalfEven(dividend, divisor)).toBe(quotient);
});
