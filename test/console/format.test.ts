import { LosslessNumber } from "lossless-json";
import { describe, expect, it } from "vitest";
import { pathOf } from "../../src/console/address.ts";
import {
  amountText,
  dateText,
  differenceText,
  exactPercentText,
  exactSum,
  minorText,
  numberText,
  percentText,
  shareOf,
  withSign,
} from "../../src/console/format.ts";
import { askedOf, listParametersOf, tableNamed } from "../../src/console/tables/query.ts";

const exact = (digits: string) => new LosslessNumber(digits);

describe("a number on the screen", () => {
  it.each([
    ["0", "EUR", "0.00"],
    ["1234.5", "EUR", "1,234.50"],
    ["12345678901234.56", "EUR", "12,345,678,901,234.56"],
    ["123456789012345678901234567890.12", "EUR", "123,456,789,012,345,678,901,234,567,890.12"],
    ["-1e3", "EUR", "−1,000.00"],
    ["1e-1", "EUR", "0.10"],
    ["100", "JPY", "100"],
    ["1.234", "BHD", "1.234"],
    ["1.005", "EUR", "1.005"],
    ["7", "not a currency", "7"],
  ])("keeps every digit: %s %s is %s", (digits, currency, shown) => {
    expect(amountText(exact(digits), currency)).toBe(shown);
  });

  it.each([
    [[], "0"],
    [["0.10", "0.20"], "0.3"],
    [["-5", "4.999999"], "-0.000001"],
    [["99999999999999999999.99", "0.01"], "100000000000000000000"],
    [["100", "-100.0"], "0"],
  ])("is summed exactly: %j is %s", (digits, sum) => {
    expect(exactSum(digits.map(exact)).value).toBe(sum);
  });

  it("of minor units has the decimals of its currency", () => {
    expect(minorText("9223372036854775807", "EUR")).toBe("92,233,720,368,547,758.07");
    expect(minorText(5n, "BHD")).toBe("0.005");
    expect(minorText(-5n, "JPY")).toBe("−5");
  });

  it.each([
    ["0.123456", "12.35%", "12.3456%"],
    ["0.000001", "0.00%", "0.0001%"],
    ["0.123450", "12.34%", "12.345%"],
    ["0.123550", "12.36%", "12.355%"],
    ["0.5", "50.00%", "50.00%"],
    ["1.000000", "100.00%", "100.00%"],
    ["0", "0.00%", "0.00%"],
  ])("is a percentage of two decimals, half to even, and whole beside it: %s", (share, shown, whole) => {
    expect(percentText(exact(share))).toBe(shown);
    expect(exactPercentText(exact(share))).toBe(whole);
    expect([percentText(null), exactPercentText(null)]).toEqual(["–", "–"]);
  });

  it("differs exactly from another, with its sign", () => {
    const differs = (now: string, then: string) =>
      withSign(amountText(differenceText(exact(now), exact(then)), "USD"));
    expect(differs("12345678901234567.89", "0.9")).toBe("+12,345,678,901,234,566.99");
    expect(differs("0.1", "0.3")).toBe("−0.20");
    expect(differs("5", "5.00")).toBe("0.00");
    expect(withSign(percentText(differenceText(exact("0.25"), exact("0.375"))))).toBe("−12.50%");
  });

  it("is a share of another, to six decimals", () => {
    expect(shareOf(exact("1"), exact("3"))?.value).toBe("0.333333");
    expect(shareOf(exact("3"), exact("3"))?.value).toBe("1.000000");
    expect(shareOf(exact("0"), exact("0"))).toBeNull();
  });

  it("is grouped without a currency too", () => {
    expect(numberText(exact("1000000"))).toBe("1,000,000");
    expect(numberText("999")).toBe("999");
  });
});

it("a date stays as it is, and an instant loses its needless parts", () => {
  expect(dateText("2026-02-01")).toBe("2026-02-01");
  expect(dateText("2026-02-01T10:20:30.123Z")).toBe("2026-02-01 10:20:30 UTC");
  expect(dateText(null)).toBe("–");
});

it("a path encodes what comes from the reader", () => {
  expect(
    pathOf(["api", "tables", "clients", "a/b?c#d"], { search: "&x=%", cursor: undefined, limit: "" }),
  ).toBe("/api/tables/clients/a%2Fb%3Fc%23d?search=%26x%3D%25");
});

it("an address asks only for what its table has", () => {
  const table = tableNamed("payments");
  if (table === undefined) throw new Error("no payments");
  const query =
    "status=paid&name=x&sort_by=nothing&sort_order=asc&date_field=name&start_date=2026-01-01&search=P";
  expect(listParametersOf(askedOf(table, new URLSearchParams(query)))).toEqual({
    status: "paid",
    search: "P",
    date_field: "",
    start_date: "",
    end_date: "",
    sort_by: "created_at",
    sort_order: "asc",
  });
});
