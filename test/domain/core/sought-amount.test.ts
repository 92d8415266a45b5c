import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CURRENCIES, minorUnits } from "../../../src/domain/core/currency.ts";
import { fullDecimal } from "../../../src/domain/core/money.ts";
import { soughtAmounts } from "../../../src/domain/core/sought-amount.ts";

const inUsd = (text: string) => soughtAmounts(text).find(({ currency }) => currency === "USD")?.minor;

describe("a text that may be an amount", () => {
  it.each([
    ["1250.5", 125_050n],
    ["1,250.50", 125_050n],
    ["1 250.50", 125_050n],
    ["1'250.5", 125_050n],
    ["1.250,50", 125_050n],
    ["1250,5", 125_050n],
    ["1,250", 125_000n],
    ["1,250,000", 125_000_000n],
    ["0.01", 1n],
    ["USD 1250.50", 125_050n],
    ["1250.50usd", 125_050n],
    ["92233720368547758.07", 9_223_372_036_854_775_807n],
  ])("%s is that amount", (text, minor) => {
    expect(inUsd(text)).toBe(minor);
  });

  it.each([
    "",
    "LN-1250",
    "12-50",
    "1,25,0",
    "1,250 000",
    "-5",
    "1e3",
    "EUR 5",
    "XXX 5",
    "USD",
    "0.001",
    "92233720368547758.08",
    "1".repeat(60),
  ])("%j is no amount of dollars", (text) => {
    expect(inUsd(text)).toBeUndefined();
  });

  it("counts in the minor units of each currency that has the decimals", () => {
    const found = new Map(soughtAmounts("12.5").map(({ currency, minor }) => [currency, minor]));
    expect([found.get("USD"), found.get("BHD"), found.get("JPY")]).toEqual([1250n, 12_500n, undefined]);
    expect(soughtAmounts("jpy 12")).toEqual([{ currency: "JPY", minor: 12n }]);
  });

  it("is found again as the API and the console write it", () => {
    const written = fc.tuple(fc.constantFrom(...CURRENCIES), fc.bigInt(0n, 2n ** 63n - 1n), fc.boolean());
    fc.assert(
      fc.property(written, ([currency, minor, grouped]) => {
        const plain = fullDecimal(minor, currency);
        const [whole = "", ...fraction] = plain.split(".");
        const text = grouped ? [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".") : plain;
        const found = soughtAmounts(`${text} ${currency}`);
        expect(found).toEqual([{ currency, minor }]);
        expect(
          soughtAmounts(text).filter((one) => minorUnits(one.currency) === minorUnits(currency)),
        ).toContainEqual({
          currency,
          minor,
        });
      }),
      { numRuns: 300 },
    );
  });
});
