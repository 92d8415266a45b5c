import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { type CellValue, cellXml, columnLetters, escaped, type Look } from "./cells.ts";
import { stylesXml } from "./styles.ts";

export interface SheetColumn {
  readonly title: string;
  /** In characters. */
  readonly width: number;
  readonly look: (row: SheetRow) => Look;
}

/** The values of a row, in the order of the columns. */
export type SheetRow = readonly CellValue[];

export interface Sheet {
  /** At most 31 characters, none of `[]:*?/\`. */
  readonly name: string;
  readonly columns: readonly SheetColumn[];
  /** Read once, while the sheet is written. */
  readonly rows: () => AsyncIterable<SheetRow> | Iterable<SheetRow>;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const CHUNK_CHARACTERS = 65_536;
/** The most rows of a sheet, the header among them. */
const ROWS_MAX = 1_048_576;

const HEADER: Look = { isDate: false, style: "header" };
const PLAIN: Look = { isDate: false, style: "plain" };

/** Writes a workbook, sheet after sheet, in memory that does not grow with its rows. Only a whole file gets its name. */
export async function writeWorkbook(path: string, sheets: readonly Sheet[]): Promise<void> {
  const partial = `${path}.partial`;
  const zip = new ZipFile();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  zip.once("error", reject);
  for (const [name, xml] of partsOf(sheets)) zip.addBuffer(Buffer.from(DECLARATION + xml), name);
  for (const [index, sheet] of sheets.entries()) {
    zip.addReadStreamLazy(partOf(index), (take) => {
      // The library waits for ever when a stream fails.
      const xml = Readable.from(sheetXml(sheet)).once("error", reject);
      take(null, xml);
    });
  }
  zip.end();
  const output = zip.outputStream as Readable;
  const finished = pipeline(output, createWriteStream(partial));
  try {
    await Promise.race([finished, failed]);
    await rename(partial, path);
  } catch (error) {
    output.destroy();
    await finished.catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

const partOf = (index: number) => `xl/worksheets/sheet${index + 1}.xml`;

/** The parts beside the sheets, by their names. */
function partsOf(sheets: readonly Sheet[]): readonly (readonly [name: string, xml: string])[] {
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const override = (name: string, kind: string) =>
    `<Override PartName="/${name}" ContentType="${type}.${kind}+xml"/>`;
  const relation = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`;
  const relations = (text: string) =>
    `<Relationships xmlns="${PACKAGE}/relationships">${text}</Relationships>`;
  const ids = sheets.map((_, index) => `rId${index + 1}`);
  const types = [
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
    '<Default Extension="xml" ContentType="application/xml"/>',
    override("xl/workbook.xml", "sheet.main"),
    override("xl/styles.xml", "styles"),
    ...sheets.map((_, index) => override(partOf(index), "worksheet")),
  ];
  const listed = sheets.map(
    ({ name }, index) => `<sheet name="${escaped(name)}" sheetId="${index + 1}" r:id="${ids[index]}"/>`,
  );
  const targets = ids.map((id, index) => relation(id, "worksheet", partOf(index).slice("xl/".length)));
  return [
    ["[Content_Types].xml", `<Types xmlns="${PACKAGE}/content-types">${types.join("")}</Types>`],
    ["_rels/.rels", relations(relation("rId1", "officeDocument", "xl/workbook.xml"))],
    [
      "xl/workbook.xml",
      `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${listed.join("")}</sheets></workbook>`,
    ],
    [
      "xl/_rels/workbook.xml.rels",
      relations(targets.join("") + relation("rIdStyles", "styles", "styles.xml")),
    ],
    ["xl/styles.xml", stylesXml()],
  ];
}

/** A sheet as XML, in pieces. */
async function* sheetXml(sheet: Sheet): AsyncGenerator<string> {
  const { columns } = sheet;
  let text = [
    `${DECLARATION}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">`,
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>',
    `<cols>${columns.map(widthXml).join("")}</cols><sheetData>`,
    rowXml(1, columns, (index) => [columns[index]?.title, HEADER]),
  ].join("");
  let number = 1;
  for await (const row of sheet.rows()) {
    number += 1;
    if (number > ROWS_MAX) throw new RangeError(`The sheet "${sheet.name}" has more than ${ROWS_MAX} rows.`);
    text += rowXml(number, columns, (index) => {
      return [row[index], columns[index]?.look(row) ?? PLAIN];
    });
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield `${text}</sheetData></worksheet>`;
}

const widthXml = ({ width }: SheetColumn, index: number): string =>
  `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`;

function rowXml(
  number: number,
  columns: readonly SheetColumn[],
  cellAt: (index: number) => readonly [CellValue, Look],
): string {
  const cells = columns.map((_, index) => {
    const [value, look] = cellAt(index);
    return cellXml(`${columnLetters(index)}${number}`, value, look);
  });
  return `<row r="${number}">${cells.join("")}</row>`;
}
