import { describe, expect, it } from "vitest";
import type { TableCell } from "../../../src/cli/import/cell.ts";
import { dateFormat, dayOfSerial } from "../../../src/cli/import/values/date.ts";
import type { DecimalSign } from "../../../src/cli/import/values/number.ts";
import { jsonOf, type Notation } from "../../../src/cli/import/values/value.ts";
import type { Field } from "../../../src/domain/tape/fields.ts";

interface How {
  readonly decimal?: DecimalSign;
  readonly date?: string;
  readonly style?: Notation["style"];
  readonly currency?: string;
}

/** The JSON of a cell, or `refused` with the reason. */
function read(
  cell: TableCell,
  type: Field["type"],
  { decimal, date, style = "plain", currency }: How = {},
): string {
  const notation = { decimal: decimal ?? null, date: date === undefined ? null : dateFormat(date), style };
  const value = jsonOf(cell, { type, required: false }, notation, () => currency ?? null);
  return value.ok ? value.value : `refused: ${value.error}`;
}

const number = (text: string, isExact = true): TableCell => ({ kind: "number", text, isExact });

describe("an amount", () => {
  it.each([
    ["10", "EUR", "10"],
    [" 10.50 ", "EUR", "10.50"],
    ["12345678901234.56", "EUR", "12345678901234.56"],
    ["0012.5", "EUR", "12.5"],
    [".5", "EUR", "0.5"],
    ["-3.20", "EUR", "-3.20"],
    ["10.0000", "EUR", "10.00"],
    ["500.00", "JPY", "500"],
    ["1.125", "KWD", "1.125"],
    ["1.1250", "KWD", "1.125"],
    ["'-3", "EUR", "-3"],
  ])("written %j in %s is %s", (cell, currency, json) => {
    expect(read(cell, "amount", { currency })).toBe(json);
  });

  it.each([
    ["1.000", "EUR", "has 3 decimals, and EUR has 2"],
    ["1.100", "EUR", "--decimal"],
    ["250.000", "CLP", "has 3 decimals, and CLP has 0"],
    ["10.005", "EUR", "--decimal"],
    ["10.00001", "EUR", "has 5 decimals"],
    ["10.5", "JPY", "has 1 decimals, and JPY has 0"],
    ["1,5", "EUR", "say with --decimal"],
    ["1,234.50", "EUR", "say with --decimal"],
    ["1 234", "EUR", "say with --decimal"],
    ["1.23457E+11", "EUR", "a spreadsheet has shortened"],
    ["1e3", "EUR", "a spreadsheet has shortened"],
    ["(500.00)", "EUR", "is no number"],
    ["$5", "EUR", "is no number"],
    ["1.2.3", "EUR", "say with --decimal"],
    ["ten", "EUR", "is no number"],
    ["-", "EUR", "is no number"],
  ])("written %j in %s is refused, with the option that reads it", (cell, currency, reason) => {
    expect(read(cell, "amount", { currency })).toMatch(/^refused: /);
    expect(read(cell, "amount", { currency })).toContain(reason);
  });

  it.each<readonly [string, DecimalSign, string]>([
    ["1.234,56", ",", "1234.56"],
    ["1 234 567,5", ",", "1234567.5"],
    ["1\u00a0234,56", ",", "1234.56"],
    ["1\u202f234,56", ",", "1234.56"],
    ["1'234,56", ",", "1234.56"],
    ["1\u2019234.56", ".", "1234.56"],
    ["1,234,567.89", ".", "1234567.89"],
    ["-1.100", ",", "-1100"],
    ["1,100", ",", "1.10"],
    ["1.100", ".", "1.10"],
    ["10,00", ",", "10.00"],
    ["5", ",", "5"],
  ])("written %j with the decimal sign %j is %s", (cell, decimal, json) => {
    expect(read(cell, "amount", { decimal, currency: "EUR" })).toBe(json);
  });

  it.each<readonly [string, DecimalSign]>([
    ["1.23,4", ","],
    ["1.2345,6", ","],
    ["1234.567,8", ","],
    [".234,5", ","],
    ["1.234 567,8", ","],
    ["1,234", ","],
    ["1,2,3", ","],
    ["12,34.5", "."],
    ["1.234,56", "."],
  ])(
    "written %j with the decimal sign %j is refused: groups have three digits and one sign",
    (cell, decimal) => {
      expect(read(cell, "amount", { decimal, currency: "EUR" })).toMatch(/^refused: /);
    },
  );

  it.each([
    ["(500.00)", {}, "-500.00"],
    ["($1,234.50)", {}, "-1234.50"],
    ["$46939.72", {}, "46939.72"],
    ["€ 1.234,56", {}, "1234.56"],
    ["1.234,56 EUR", {}, "1234.56"],
    ["USD 5", { currency: "USD" }, "5"],
    ["500.25-", {}, "-500.25"],
    ["$ -", {}, "0"],
    ["$ 1.234", { decimal: "," as const }, "1234"],
  ])("of an accountant, %j, is read by its format only", (cell, how, json) => {
    expect(read(cell, "amount", { currency: "EUR", ...how, style: "accounting" })).toBe(json);
    if (json !== "5") expect(read(cell, "amount", { currency: "EUR", ...how })).toMatch(/^refused: /);
  });

  it("of an accountant is refused in another currency than its row's, and where thousands are in doubt", () => {
    expect(read("USD 5", "amount", { currency: "EUR", style: "accounting" })).toBe("refused: is not in EUR");
    expect(read("(1,234)", "amount", { currency: "EUR", style: "accounting" })).toContain("--decimal");
    expect(read("$1.100", "amount", { currency: "EUR", style: "accounting" })).toContain("has 3 decimals");
  });

  it("of a workbook has a value and no notation", () => {
    expect(read(number("1.1"), "amount", { currency: "EUR", decimal: "," })).toBe("1.1");
    expect(read(number("0012"), "amount", { currency: "EUR" })).toBe("12");
    expect(read(number("1.125"), "amount", { currency: "EUR" })).toContain("has 3 decimals");
    expect(read(number("12345678901234.6", false), "amount", {})).toContain("more than 15 digits");
    expect(read({ kind: "date", text: "2026-01-01", isExact: true }, "amount")).toContain("is a date");
    expect(
      read({ kind: "error", text: "The cell holds the error #N/A.", isExact: true }, "amount"),
    ).toContain("#N/A");
  });
});

describe("an id", () => {
  it("is trimmed, loses one guard, and is refused where a spreadsheet has changed it", () => {
    expect(read(" L-1 ", "id")).toBe('"L-1"');
    expect(read("'=L", "id")).toBe('"=L"');
    expect(read("''=L", "id")).toBe(`"'=L"`);
    expect(read("'L", "id")).toBe(`"'L"`);
    expect(read("1E5", "id")).toBe('"1E5"');
    for (const shortened of ["1.23457E+11", "1,23457E+11", "2E+10", "-4.5e-07"]) {
      expect(read(shortened, "id")).toContain("a spreadsheet has shortened");
    }
    expect(read(number("00042"), "id")).toBe('"00042"');
    expect(read(number("1234567890123456", false), "id")).toContain("more than 15 digits");
    expect(read({ kind: "date", text: "2026-02-01", isExact: true }, "id")).toContain(
      "a spreadsheet has changed it",
    );
    expect(read("1.23457E+11", "id", { style: "text" })).toBe('"1.23457E+11"');
  });
});

describe("a text", () => {
  it("is not trimmed and not read as anything", () => {
    expect(read(" 1.23457E+11 ", "text")).toBe('" 1.23457E+11 "');
    expect(read("'@Bank", "text")).toBe('"@Bank"');
    expect(read("'tis", "text")).toBe(`"'tis"`);
  });
});

describe("a day", () => {
  it.each([
    ["2026-01-31", undefined, "2026-01-31"],
    ["2026-01-31T10:00:00Z", undefined, "2026-01-31T10:00:00Z"],
    ["31/01/2026", "DD/MM/YYYY", "2026-01-31"],
    ["1/2/2026", "DD/MM/YYYY", "2026-02-01"],
    ["2/1/26", "M/D/YY", "2026-02-01"],
    ["28-Feb-97", "DD-MMM-YY", "1997-02-28"],
    ["Dec-2018", "MMM-YYYY", "2018-12-01"],
    ["December 2018", "MMMM YYYY", "2018-12-01"],
    ["022019", "MMYYYY", "2019-02-01"],
    ["20260131", "YYYYMMDD", "2026-01-31"],
    ["31.01.2026", "DD.MM.YYYY", "2026-01-31"],
    ["2026-01-31 00:00:00", "YYYY-MM-DD 00:00:00", "2026-01-31"],
    ["2026-01-31", "DD/MM/YYYY", "2026-01-31"],
    ["45657", "excel", "2024-12-31"],
    ["45657.0", "excel", "2024-12-31"],
  ])("written %j by the format %s is %s", (cell, date, day) => {
    expect(read(cell, "date", date === undefined ? {} : { date })).toBe(`"${day}"`);
  });

  it.each([
    ["09/01/2017", undefined],
    ["24.01.2026", undefined],
    ["45657", undefined],
    ["2026-01-01 00:00:00", undefined],
    ["31/02/2026", "DD/MM/YYYY"],
    ["01/31/2026", "DD/MM/YYYY"],
    ["1/31", "DD/MM/YYYY"],
    ["12019", "MMYYYY"],
    ["60", "excel"],
    ["45657.5", "excel"],
    ["0", "excel"],
  ])("written %j by the format %s is refused, never guessed", (cell, date) => {
    expect(read(cell, "date", date === undefined ? {} : { date })).toMatch(
      /^refused: is no day of the form /,
    );
  });

  it("of a workbook is a day, and with a time of day none", () => {
    const of = (text: string): TableCell => ({ kind: "date", text, isExact: true });
    expect(read(of("2026-01-31"), "date", { date: "DD/MM/YYYY" })).toBe('"2026-01-31"');
    expect(read(of("2026-01-31 10:30:00"), "date")).toContain("time of day");
    expect(read(number("45657"), "date", { date: "excel" })).toBe('"2024-12-31"');
    expect(read(number("45657"), "date")).toMatch(/^refused/);
  });

  it("is counted by both date systems of spreadsheets", () => {
    const days = [1, 59, 60, 61, 45_657].map((serial) => dayOfSerial(serial));
    expect(days).toEqual(["1900-01-01", "1900-02-28", null, "1900-03-01", "2024-12-31"]);
    expect([0, 44_195].map((serial) => dayOfSerial(serial, true))).toEqual(["1904-01-01", "2024-12-31"]);
    expect([0, 1.5, -1, 3_000_000].map((serial) => dayOfSerial(serial))).toEqual([null, null, null, null]);
  });

  it("has no format without month and year, or with two of a kind", () => {
    for (const name of ["DD/MM", "YYYY", "foo", "YYYY-MM-MM", "DD/DD/MM/YYYY"])
      expect(dateFormat(name)).toBe(null);
  });
});

describe("other values", () => {
  it("are numbers, truths, objects and lists as their fields have them", () => {
    expect(read("3.0", "integer")).toBe("3");
    expect(read("1.200", "integer", { decimal: "," })).toBe("1200");
    expect(read("1e2", "decimal")).toBe("1e2");
    expect(read("1.5E+02", "decimal")).toContain("shortened");
    expect(read(" TRUE ", "boolean")).toBe("true");
    expect(read({ kind: "boolean", text: "FALSE", isExact: true }, "boolean")).toBe("false");
    expect(read("yes", "boolean")).toBe('"yes"');
    expect(read('{"a":1.0}', "object")).toBe('{"a":1.0}');
    expect(read("{a}", "object")).toBe('"{a}"');
    expect(read("C-1| C-2", "clients")).toBe('[{"client_id":"C-1"},{"client_id":"C-2"}]');
    expect(read('[{"client_id":"C-1"}]', "clients")).toBe('[{"client_id":"C-1"}]');
    expect(read("C-1|1.2E+10", "clients")).toContain("shortened");
    expect(read(" us ", "country")).toBe('"us"');
  });
});
