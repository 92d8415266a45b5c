import { LosslessNumber } from "lossless-json";
import { describe, expect, it } from "vitest";
import { pathOf } from "../../src/console/address.ts";
import { amountText, dateText, minorText, numberText, percentText } from "../../src/console/format.ts";
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

  it("of minor units has the decimals of its currency", () => {
    expect(minorText("9223372036854775807", "EUR")).toBe("92,233,720,368,547,758.07");
    expect(minorText(5n, "BHD")).toBe("0.005");
    expect(minorText(-5n, "JPY")).toBe("−5");
  });

  it("is a percentage without rounding", () => {
    expect(percentText(exact("0.123456"))).toBe("12.3456%");
    expect(percentText(exact("0.000001"))).toBe("0.0001%");
    expect(percentText(exact("1.000000"))).toBe("100.00%");
    expect(percentText(null)).toBe("–");
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
