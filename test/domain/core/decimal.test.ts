import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalDecimal,
  decimalToInteger,
  parseDecimal,
  writtenDigits,
} from "../../../src/domain/core/decimal.ts";

/** JSON numbers of every form: sign, fraction, exponent in either case and with either sign. */
const jsonNumber = fc
  .tuple(
    fc.constantFrom("", "-"),
    fc.bigInt(0n, 10n ** 20n),
    fc.option(fc.stringMatching(/^\d{1,12}$/), { nil: null }),
    fc.option(fc.tuple(fc.constantFrom("e", "E"), fc.constantFrom("", "+", "-"), fc.nat(40)), { nil: null }),
  )
  .map(([sign, whole, fraction, power]) => {
    const exponent = power === null ? "" : power.join("");
    return `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${exponent}`;
  });

/** The value as a fraction of two bigints: slow, obvious, and nothing like the code under test. */
function asFraction(text: string): { numerator: bigint; denominator: bigint } {
  const [mantissa = "", power = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const magnitude = BigInt(whole + fraction) * (mantissa.startsWith("-") ? -1n : 1n);
  const shift = Number(power) - fraction.length;
  return shift >= 0
    ? { numerator: magnitude * 10n ** BigInt(shift), denominator: 1n }
    : { numerator: magnitude, denominator: 10n ** BigInt(-shift) };
}

function sameValue(left: string, right: string): boolean {
  const a = asFraction(left);
  const b = asFraction(right);
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

describe("canonicalDecimal", () => {
  it.each([
    ["-0.00", "0"],
    ["1200", "12e2"],
    ["-12.50", "-125e-1"],
  ])("writes %s as %s for good: stored fingerprints are made of it", (text, canonical) => {
    expect(canonicalDecimal(text)).toBe(canonical);
  });

  it.each([
    ["1", "1.0"],
    ["1", "10e-1"],
    ["100", "1e2"],
    ["100", "1E+2"],
    ["0", "-0"],
    ["0", "0.000"],
    ["0", "0e999999999"],
    ["0.5", "5e-1"],
    ["12345678901234.56", "1234567890123456e-2"],
  ])("writes %s and %s alike", (left, right) => {
    expect(canonicalDecimal(left)).toBe(canonicalDecimal(right));
  });

  it.each([
    ["9007199254740992", "9007199254740993"],
    ["0.1", "0.10000000000000000001"],
    ["1", "-1"],
    ["1e400", "1e401"],
    ["1e-400", "0"],
  ])("distinguishes %s from %s, unlike a binary float", (left, right) => {
    expect(canonicalDecimal(left)).not.toBe(canonicalDecimal(right));
  });

  it("is equal for two JSON numbers exactly when their values are", () => {
    fc.assert(
      fc.property(jsonNumber, jsonNumber, (left, right) => {
        expect(canonicalDecimal(left) === canonicalDecimal(right)).toBe(sameValue(left, right));
      }),
    );
  });

  it("does not change when zeros are added or the point is moved", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.nat(12), (value, zeros) => {
        const shifted = `${value}${"0".repeat(zeros)}e-${zeros}`;
        const padded = `${value}.${"0".repeat(zeros + 1)}`;
        expect(canonicalDecimal(shifted)).toBe(canonicalDecimal(`${value}`));
        expect(canonicalDecimal(padded)).toBe(canonicalDecimal(`${value}`));
      }),
    );
  });
});

describe("parseDecimal", () => {
  it("keeps the value of every JSON number", () => {
    fc.assert(
      fc.property(jsonNumber, (text) => {
        const { negative, digits, exponent } = parseDecimal(text);
        expect(sameValue(text, `${negative ? "-" : ""}${digits || "0"}e${exponent}`)).toBe(true);
      }),
    );
  });

  it.each(["0", "-0.00", "0e7", "-0e-7"])("reads %s as the one zero", (text) => {
    expect(parseDecimal(text)).toEqual({ negative: false, digits: "", exponent: 0n });
  });

  it("reads an exponent of a thousand digits without counting up to it", () => {
    const { digits, exponent } = parseDecimal(`1e${"9".repeat(1000)}`);
    expect(digits).toBe("1");
    expect(exponent).toBe(10n ** 1000n - 1n);
  });

  it.each(["", "abc", "1.", ".5", "+1", "1e", "0x10", "1,5", "Infinity", " 1"])(
    "throws on %j, which is no JSON number",
    (text) => {
      expect(() => parseDecimal(text)).toThrow("the text of a JSON number");
    },
  );
});

describe("writtenDigits", () => {
  it.each([
    ["0", 0n],
    ["7", 1n],
    ["-7.0", 1n],
    ["120", 3n],
    ["12e3", 5n],
    ["12.34", 4n],
    ["0.5", 1n],
    ["0.05", 2n],
    ["12e-2", 2n],
    ["12e-3", 3n],
    ["1e999999999", 1_000_000_000n],
    ["1e-999999999", 999_999_999n],
  ])("counts for %s, written in full, %d digits", (text, digits) => {
    expect(writtenDigits(text)).toBe(digits);
  });
});

describe("decimalToInteger", () => {
  it.each([
    ["0", 0],
    ["-0", 0],
    ["12", 12],
    ["12.0", 12],
    ["1.2e1", 12],
    ["1e3", 1000],
    ["-7", -7],
    ["1e15", 1e15],
    ["9007199254740991", 9007199254740991],
    ["900719925474099.1e1", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
  ])("reads %s as %d", (text, value) => {
    expect(decimalToInteger(text)).toBe(value);
  });

  it.each([
    "1.5",
    "0.1",
    "1e-1",
    "9007199254740992",
    "-9007199254740992",
    "9007199254740993",
    "1e16",
    "1e17",
    "1e999999999",
    "1e-999999999",
  ])("refuses %s", (text) => {
    expect(decimalToInteger(text)).toBeNull();
  });
});
