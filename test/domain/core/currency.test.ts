import { describe, expect, it } from "vitest";
import { isCurrency, minorUnits } from "../../../src/domain/core/currency.ts";

/** ISO 4217, list one: every code whose minor unit is not 2. */
const OTHER_THAN_TWO: readonly (readonly [string, number])[] = [
  ...["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"].map(
    (code) => [code, 0] as const,
  ),
  ...["XAF", "XOF", "XPF"].map((code) => [code, 0] as const),
  ...["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map((code) => [code, 3] as const),
  ...["CLF", "UYW"].map((code) => [code, 4] as const),
];

describe("the minor unit of a currency is ISO 4217's", () => {
  it.each(OTHER_THAN_TWO)("%s has %d decimals", (code, decimals) => {
    expect(isCurrency(code)).toBe(true);
    expect(minorUnits(code)).toBe(decimals);
  });

  it.each([
    "USD",
    "EUR",
    "GBP",
    "CHF",
    "HUF",
    "COP",
    "IDR",
    "MGA",
    "MRU",
    "LBP",
    "AFN",
    "ALL",
    "IRR",
    "KPW",
    "LAK",
    "MMK",
    "PKR",
    "RSD",
    "SOS",
    "SYP",
    "YER",
    "TWD",
    "UZS",
    "CZK",
    "XCG",
    "ZWG",
    "SLE",
    "VED",
    "STN",
    "BYN",
  ])("%s has 2 decimals, regardless of the coins in use", (code) => {
    expect(minorUnits(code)).toBe(2);
  });
});

describe("isCurrency refuses", () => {
  it.each([
    ["no currency", "XXX"],
    ["the test code", "XTS"],
    ["gold", "XAU"],
    ["silver", "XAG"],
    ["platinum", "XPT"],
    ["palladium", "XPD"],
    ["special drawing rights", "XDR"],
    ["the bond market unit", "XBA"],
    ["the Deutsche Mark", "DEM"],
    ["the Croatian kuna", "HRK"],
    ["the Bulgarian lev, withdrawn on 2026-01-01", "BGN"],
    ["the Lithuanian litas", "LTL"],
    ["the Antillean guilder", "ANG"],
    ["the old leone", "SLL"],
    ["the convertible peso", "CUC"],
    ["the Zimbabwe dollar", "ZWL"],
    ["the old ouguiya", "MRO"],
    ["the old bolivar", "VEF"],
    ["lower case", "usd"],
    ["a numeric code", "840"],
    ["a name", "US Dollar"],
    ["nothing", ""],
    ["an object's member", "constructor"],
  ])("%s", (_, code) => {
    expect(isCurrency(code)).toBe(false);
  });
});

it("minorUnits throws for a code that was never checked: a bug, not a refusal", () => {
  expect(() => minorUnits("XXX")).toThrow(RangeError);
});
