import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LosslessNumber } from "lossless-json";
import { expect, onTestFinished, test } from "vitest";
import { sheetRows } from "../../../src/cli/import/workbook/sheet.ts";
import { cellXml, columnLetters } from "../../../src/cli/report/cells.ts";
import { sheetOf } from "../../../src/cli/report/columns.ts";
import { type Sheet, writeWorkbook } from "../../../src/cli/report/workbook.ts";

const exact = (digits: string) => new LosslessNumber(digits);

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "loan-ledger-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Writes sheets, and reads one of them as the import does. */
async function written(sheets: readonly Sheet[], sheet: string) {
  const [directory, scratch] = [await folder(), await folder()];
  const path = join(directory, "report.xlsx");
  await writeWorkbook(path, sheets);
  const rows = [];
  for await (const row of sheetRows(path, { name: "report.xlsx", sheet, scratch })) rows.push(row);
  expect(await readdir(directory)).toEqual(["report.xlsx"]);
  return rows.map((row) => ("cells" in row ? row.cells : row.flaw));
}

const number = (text: string) => ({ kind: "number", text, isExact: true });

test("numbers are numbers, days are days, and no text is a formula", async () => {
  const columns = ["disbursement_id", "currency", "outstanding", "share", "number", "due_date", "example"];
  const lines = [
    {
      ...{ disbursement_id: "=1+1", currency: "USD", outstanding: exact("1234567890123.45"), share: null },
      ...{ number: exact("7"), due_date: "2026-06-30", example: "2026-06-30" },
    },
    {
      ...{
        disbursement_id: '<a> & "b"\u0001',
        currency: "JPY",
        outstanding: exact("-12"),
        number: exact("0"),
      },
      ...{ share: exact("0.123456"), due_date: "2026-06-30T12:00:00Z", example: "@SUM(A1)" },
    },
  ];
  const [titles, ...rows] = await written([sheetOf("Late loans", columns, () => lines)], "Late loans");
  expect(titles).toEqual([
    ...["Disbursement id", "Currency", "Outstanding", "Share", "Number", "Due date", "Example"],
  ]);
  expect(rows).toEqual([
    [
      ...["=1+1", "USD", number("1234567890123.45"), "", number("7")],
      ...[{ kind: "date", text: "2026-06-30", isExact: true }, "2026-06-30"],
    ],
    [
      ...['<a> & "b"\ufffd', "JPY", number("-12"), number("0.123456"), number("0")],
      ...[{ kind: "date", text: "2026-06-30 12:00:00", isExact: true }, "@SUM(A1)"],
    ],
  ]);
});

test.each([
  ["999999999999.999", true],
  ["123456789012345", true],
  ["1234567890123456", false],
  ["12345678901234.56", false],
  ["1000000000000000000", true],
  ["0.000000000000001", true],
])("a sheet keeps %s as a number: %s", (digits, isNumber) => {
  const xml = cellXml("A1", exact(digits), { isDate: false, style: "decimals2" });
  expect(xml).toContain(isNumber ? `<v>${digits}</v>` : `>${digits}</t>`);
});

test("amounts have the decimals of their currency, and a value the look that its name asks for", async () => {
  const lines = [
    { figure: "as_of", value: "2026-06-30" },
    { figure: "outstanding", currency: "BHD", value: exact("1.5") },
    { figure: "par30", currency: "BHD", value: exact("0.5") },
  ];
  const { columns, rows } = sheetOf("Summary", ["figure", "currency", "value"], () => lines);
  const looks: unknown[] = [];
  for await (const row of rows()) looks.push(columns[2]?.look(row).style);
  expect(looks.slice(1)).toEqual(["decimals3", "percent"]);
  expect((await written([sheetOf("S", ["figure", "value"], () => lines)], "S"))[1]).toEqual([
    "As of",
    { kind: "date", text: "2026-06-30", isExact: true },
  ]);
});

test("the columns of a sheet are A to Z, then AA", () => {
  expect([0, 25, 26, 27, 701, 702].map(columnLetters)).toEqual(["A", "Z", "AA", "AB", "ZZ", "AAA"]);
});

test("a workbook that fails half-way leaves no file", async () => {
  const directory = await folder();
  const path = join(directory, "report.xlsx");
  const broken = sheetOf("Broken", ["name"], function* () {
    for (let row = 0; row < 5_000; row += 1) yield { name: "a text that fills some pages of the sheet" };
    throw new Error("the service went away");
  });
  await expect(writeWorkbook(path, [broken])).rejects.toThrow("the service went away");
  expect(await readdir(directory)).toEqual([]);
});
