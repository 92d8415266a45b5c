import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeXlsx } from "hucre/xlsx";
import { describe, expect, it } from "vitest";
import type { TableRow } from "../../../src/cli/import/cell.ts";
import { Unreadable } from "../../../src/cli/import/files/unreadable.ts";
import { sheetRows } from "../../../src/cli/import/workbook/sheet.ts";
import { collect, envelopes, scratch } from "./files.ts";
import { zipOf } from "./zip.ts";

const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

interface Parts {
  readonly rows: string;
  readonly strings?: string;
  /** The number formats of the styles 1, 2, …: an id, or a code. */
  readonly formats?: readonly (number | string)[];
  readonly is1904?: boolean;
  /** Further sheets, by name, and whether they are hidden. */
  readonly sheets?: Readonly<Record<string, boolean>>;
}

const relations = (targets: Readonly<Record<string, readonly [type: string, target: string]>>) =>
  `<Relationships xmlns="x">${Object.entries(targets)
    .map(
      ([id, [type, target]]) => `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`,
    )
    .join("")}</Relationships>`;

/** A workbook by hand, with what libraries write seldom. */
function workbookOf({ rows, strings = "", formats = [], is1904 = false, sheets = {} }: Parts): Buffer {
  const codes = formats.map((format, index) =>
    typeof format === "number" ? null : ([200 + index, format] as const),
  );
  const others = Object.entries(sheets).map(
    ([name, isHidden], index) =>
      `<sheet name="${name}" r:id="rIdX${index}"${isHidden ? ' state="hidden"' : ""}/>`,
  );
  return zipOf({
    "[Content_Types].xml": "<Types/>",
    "_rels/.rels": relations({ rId1: ["officeDocument", "book/workbook.xml"] }),
    "book/workbook.xml": `<x:workbook xmlns:x="m" xmlns:r="r"><x:workbookPr date1904="${is1904 ? 1 : 0}"/><x:sheets><x:sheet name="Loans" r:id="rId9"/>${others
      .join("")
      .replaceAll("<sheet", "<x:sheet")}</x:sheets></x:workbook>`,
    "book/_rels/workbook.xml.rels": relations({
      rId9: ["worksheet", "sheets/one.xml"],
      rIdX0: ["worksheet", "sheets/one.xml"],
      rId2: ["styles", "styles.xml"],
      rId3: ["sharedStrings", "/book/strings.xml"],
    }),
    "book/styles.xml": `<styleSheet><numFmts>${codes
      .flatMap((one) =>
        one ? [`<numFmt numFmtId="${one[0]}" formatCode="${one[1].replaceAll('"', "&quot;")}"/>`] : [],
      )
      .join("")}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${formats
      .map((format, index) => `<xf numFmtId="${codes[index]?.[0] ?? format}"/>`)
      .join("")}</cellXfs></styleSheet>`,
    "book/strings.xml": `<sst>${strings}</sst>`,
    "book/sheets/one.xml": `<?xml version="1.0"?><worksheet><sheetData>${rows}</sheetData></worksheet>`,
  });
}

async function read(workbook: Uint8Array, sheet: string | null = null): Promise<readonly TableRow[]> {
  const folder = await scratch();
  const path = join(folder, "book.xlsx");
  await writeFile(path, workbook);
  return collect(sheetRows(path, { name: "book", sheet, scratch: folder }));
}

/** The cells of the only row, each as its text. */
async function cells(parts: Omit<Parts, "rows">, row: string) {
  const [only] = await read(workbookOf({ ...parts, rows: `<row r="1">${row}</row>` }));
  return only && "cells" in only
    ? only.cells.map((cell) => (typeof cell === "string" ? cell : `${cell.kind} ${cell.text}`))
    : only;
}

describe("the cells of a workbook", () => {
  it("are texts, shared and their own, with parts, phonetic readings and escapes", async () => {
    const strings =
      "<si><t>Ann &amp; Bob</t></si><si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r><rPh><t>no</t></rPh></si>";
    const row =
      '<c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>a_x000D_b</t></is></c>' +
      '<c t="str"><f>A1</f><v>made</v></c><c t="inlineStr"><is><r><t>x</t></r><r><t>y</t></r></is></c><c/><c t="s"><v>7</v></c>';
    expect(await cells({ strings }, row)).toEqual([
      "Ann & Bob",
      "rich text",
      "a\rb",
      "made",
      "xy",
      "",
      "error There is no text 7 in the workbook.",
    ]);
  });

  it("are numbers with the 15 digits that a spreadsheet shows, and no exponent", async () => {
    const raw = [
      "0.30000000000000004",
      "1234.5600000000001",
      "1E-7",
      "1.5E+3",
      "-2",
      "123456789012345",
      "100000000000000000000",
    ];
    const row = raw.map((value) => `<c><v>${value}</v></c>`).join("");
    expect(await cells({}, row)).toEqual([
      "number 0.3",
      "number 1234.56",
      "number 0.0000001",
      "number 1500",
      "number -2",
      "number 123456789012345",
      "number 100000000000000000000",
    ]);
  });

  it("are inexact where 15 digits are too few", async () => {
    const raw = ["123456789012345", "1234567890123456", "12345678901234.56", "1.0000000000000002"];
    const [row] = await read(
      workbookOf({ rows: `<row>${raw.map((value) => `<c><v>${value}</v></c>`).join("")}</row>` }),
    );
    const exact =
      row && "cells" in row ? row.cells.map((cell) => typeof cell === "object" && cell.isExact) : [];
    expect(exact).toEqual([true, false, false, true]);
  });

  it("are days by the format of their numbers, in both date systems", async () => {
    const formats = [
      14,
      22,
      "yyyy\\-mm\\-dd",
      '0.00" days"',
      "[$-409]d/m/yy;@",
      "[Red]#,##0.00",
      "00000",
      "[h]:mm",
    ];
    const row = formats.map((_, index) => `<c s="${index + 1}"><v>45657</v></c>`).join("");
    const day = "date 2024-12-31";
    expect(await cells({ formats }, row)).toEqual([
      day,
      day,
      day,
      "number 45657",
      day,
      "number 45657",
      "number 45657",
      day,
    ]);
    expect(
      await cells({ formats: [14], is1904: true }, '<c s="1"><v>44195</v></c><c s="1"><v>0</v></c>'),
    ).toEqual([day, "date 1904-01-01"]);
    expect(
      await cells(
        { formats: [14] },
        '<c s="1"><v>45657.4375</v></c><c s="1"><v>60</v></c><c t="d"><v>2024-12-31T00:00:00</v></c>',
      ),
    ).toEqual(["date 2024-12-31 10:30:00", "error The number 60 is no day.", day]);
  });

  it("keep the zeros that a format of zeros shows", async () => {
    expect(await cells({ formats: ["00000"] }, '<c s="1"><v>42</v></c>')).toEqual(["number 00042"]);
  });

  it("are truths, errors, and values of formulas as they were saved", async () => {
    const row =
      '<c t="b"><v>1</v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c><c><f>1+1</f><v>2</v></c><c><f>1+1</f></c><c t="str"><f>""</f><v></v></c>';
    expect(await cells({}, row)).toEqual([
      "boolean TRUE",
      "error The cell holds the error #DIV/0!.",
      "number 2",
      "error The formula has no value: open the file in a spreadsheet and save it.",
      "",
    ]);
  });

  it("stand where their names say, and rows keep their numbers", async () => {
    const rows =
      '<row r="2"><c r="B2"><v>1</v></c></row><row r="3"><c r="A3" t="inlineStr"><is><t> </t></is></c></row><row><c r="AA4"><v>2</v></c></row>';
    const found = await read(workbookOf({ rows }));
    expect(found.map((row) => [row.line, "cells" in row && row.cells.length])).toEqual([
      [2, 2],
      [4, 27],
    ]);
  });
});

describe("a workbook", () => {
  it("of one visible sheet is read; of several, that of the option", async () => {
    const rows = "<row><c><v>1</v></c></row>";
    expect(await read(workbookOf({ rows, sheets: { Notes: true } }))).toHaveLength(1);
    const two = workbookOf({ rows, sheets: { Notes: false } });
    await expect(read(two)).rejects.toThrow("book has 2 sheets: name one with --sheet (Loans, Notes).");
    expect(await read(two, "Notes")).toHaveLength(1);
    await expect(read(two, "Loan")).rejects.toThrow('book has no sheet "Loan"');
  });

  it("that ends early is refused, and none of its last rows is missed in silence", async () => {
    const whole = workbookOf({ rows: "<row><c><v>1</v></c></row></sheetData>" });
    await expect(read(whole)).rejects.toThrow(Unreadable);
    await expect(read(zipOf({ "[Content_Types].xml": "" }))).rejects.toThrow("book is a broken workbook");
  });

  it("of a library is read like a CSV file", async () => {
    const rows = [
      ["payment_id", "payment_total", "due_date", "currency", "note", ""],
      ["P-1", 1100.1, new Date("2026-01-31T00:00:00Z"), "EUR"],
      ["P-2", 5, "2026-02-28", "EUR", "x"],
      ["P-3", 1.125, new Date("2026-01-31T00:00:00Z"), "EUR", null, "lost"],
      [123456789012345680, 1, "2026-01-31", "EUR"],
    ];
    const workbook = await writeXlsx({ sheets: [{ name: "S", rows }] });
    const options = { category: "payment", map: new Map([["note", "bank_ref"]]) } as const;
    const start = '{"category":"payment","data":{"step":"create"';
    expect(await envelopes(workbook, options)).toEqual([
      `${start},"payment_id":"P-1","payment_total":1100.1,"due_date":"2026-01-31","currency":"EUR"}}`,
      `${start},"payment_id":"P-2","payment_total":5,"due_date":"2026-02-28","currency":"EUR","bank_ref":"x"}}`,
      expect.stringContaining("Column #6 has no name in the header"),
      expect.stringContaining("has more than 15 digits"),
    ]);
  });
});
