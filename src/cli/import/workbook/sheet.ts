import { posix } from "node:path";
import type { TableCell, TableRow, TypedCell } from "../cell.ts";
import { Archive, withinLimit } from "../files/archive.ts";
import { Unreadable } from "../files/unreadable.ts";
import { type NumberFormat, readFormats } from "./formats.ts";
import { numberCell } from "./number.ts";
import { SharedStrings } from "./strings.ts";
import { readWhole, readXml, unescaped } from "./xml.ts";

interface SheetOptions {
  /** The name of the file for a person. */
  readonly name: string;
  /** The sheet; null where there is only one. */
  readonly sheet: string | null;
  readonly scratch: string;
}

const COLUMNS_MAX = 16_384;

/** The targets of a part's relationships, by their ids and by the ends of their types. */
async function relationsOf(archive: Archive, part: string): Promise<ReadonlyMap<string, string>> {
  const { dir, base } = posix.parse(part);
  const targets = new Map<string, string>();
  const bytes = await archive.bytes(posix.join(dir, "_rels", `${base}.rels`));
  if (bytes === null) return targets;
  await readWhole(bytes, archive.name, {
    open: (tag, { Id = "", Type = "", Target = "", TargetMode }) => {
      if (tag !== "Relationship" || TargetMode === "External") return;
      const target = Target.startsWith("/") ? Target.slice(1) : posix.join(dir, Target);
      targets.set(Id, target);
      const type = Type.slice(Type.lastIndexOf("/") + 1);
      if (type !== "worksheet") targets.set(type, target);
    },
  });
  return targets;
}

interface Book {
  readonly sheets: readonly { readonly name: string; readonly id: string; readonly isHidden: boolean }[];
  readonly is1904: boolean;
}

async function readBook(archive: Archive, part: string): Promise<Book> {
  const sheets: Book["sheets"][number][] = [];
  let is1904 = false;
  const bytes = await archive.bytes(part);
  if (bytes === null) throw new Unreadable(`${archive.name} is a broken workbook: it has no ${part}.`);
  await readWhole(bytes, archive.name, {
    open: (tag, attributes) => {
      if (tag === "workbookPr") is1904 = /^(?:1|true)$/.test(attributes.date1904 ?? "");
      if (tag !== "sheet") return;
      const id = Object.entries(attributes).find(([name]) => /:id$/.test(name))?.[1] ?? "";
      sheets.push({
        name: attributes.name ?? "",
        id,
        isHidden: (attributes.state ?? "visible") !== "visible",
      });
    },
  });
  return { sheets, is1904 };
}

/** The sheet that is meant; throws when that is not clear. */
function chosen({ sheets }: Book, { name, sheet }: SheetOptions): string {
  const visible = sheets.filter(({ isHidden }) => !isHidden);
  const found =
    sheet === null
      ? visible.length === 1
        ? visible[0]
        : undefined
      : sheets.find((one) => one.name === sheet);
  if (found) return found.id;
  const names = sheets.map((one) => one.name).join(", ");
  const what =
    sheet === null ? `has ${visible.length} sheets: name one with --sheet` : `has no sheet "${sheet}"`;
  throw new Unreadable(`${name} ${what} (${names}).`);
}

/** The rows of a sheet, the header among them; blank rows are left out. Throws `Unreadable`. */
export async function* sheetRows(path: string, options: SheetOptions): AsyncGenerator<TableRow> {
  const archive = await Archive.open(path, options.name);
  let strings: SharedStrings | null = null;
  const part = async (target: string | undefined) => {
    const bytes = target === undefined ? null : await archive.bytes(target);
    return bytes && withinLimit(bytes, options.name);
  };
  try {
    const workbook = (await relationsOf(archive, "")).get("officeDocument") ?? "xl/workbook.xml";
    const book = await readBook(archive, workbook);
    const targets = await relationsOf(archive, workbook);
    const sheet = await part(targets.get(chosen(book, options)));
    if (sheet === null) throw new Unreadable(`${options.name} is a broken workbook: the sheet is not in it.`);
    const formats = await readFormats(await part(targets.get("styles")), options.name);
    strings = await SharedStrings.read(
      await part(targets.get("sharedStrings")),
      options.name,
      options.scratch,
    );
    const reader = new SheetReader(strings, formats, book.is1904);
    for await (const _ of readXml(sheet, options.name, reader)) yield* reader.take();
  } finally {
    strings?.close();
    archive.close();
  }
}

const failing = (text: string): TypedCell => ({ kind: "error", text, isExact: true });

/** The index of a column: 0 for A, 26 for AA. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]+/.exec(reference)?.[0] ?? "") column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

class SheetReader {
  readonly #strings: SharedStrings;
  readonly #formats: readonly NumberFormat[];
  readonly #is1904: boolean;
  #rows: TableRow[] = [];
  #line = 0;
  #cells: TableCell[] | null = null;
  #column = -1;
  #cell: Readonly<Record<string, string>> | null = null;
  #value = "";
  #hasValue = false;
  #isFormula = false;
  #reads: "v" | "t" | null = null;
  #isPhonetic = false;

  constructor(strings: SharedStrings, formats: readonly NumberFormat[], is1904: boolean) {
    this.#strings = strings;
    this.#formats = formats;
    this.#is1904 = is1904;
  }

  /** The rows that are complete since it was last asked. */
  take(): readonly TableRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  readonly open = (tag: string, attributes: Readonly<Record<string, string>>): void => {
    if (tag === "row") {
      this.#line = attributes.r === undefined ? this.#line + 1 : Number(attributes.r);
      [this.#cells, this.#column] = [[], -1];
    } else if (tag === "c" && this.#cells) {
      this.#cell = attributes;
      this.#column = attributes.r === undefined ? this.#column + 1 : columnOf(attributes.r);
      [this.#value, this.#hasValue, this.#isFormula] = ["", false, false];
    } else if (this.#cell === null) return;
    else if (tag === "f") this.#isFormula = true;
    else if (tag === "rPh") this.#isPhonetic = true;
    else if (tag === "v" || (tag === "t" && !this.#isPhonetic)) [this.#reads, this.#hasValue] = [tag, true];
  };

  readonly text = (more: string): void => {
    if (this.#reads !== null) this.#value += more;
  };

  readonly close = (tag: string): void => {
    if (tag === "v" || tag === "t") this.#reads = null;
    else if (tag === "rPh") this.#isPhonetic = false;
    else if (tag === "c" && this.#cells) {
      if (this.#column < 0 || this.#column >= COLUMNS_MAX)
        throw new Unreadable("A cell of the workbook has no place.");
      while (this.#cells.length < this.#column) this.#cells.push("");
      this.#cells[this.#column] = this.#read();
      this.#cell = null;
    } else if (tag === "row" && this.#cells) {
      const cells = this.#cells;
      if (cells.some((cell) => typeof cell !== "string" || cell.trim() !== "")) {
        this.#rows.push({ line: this.#line, cells });
      }
      this.#cells = null;
    }
  };

  #read(): TableCell {
    const { t: type = "n", s: style } = this.#cell ?? {};
    const value = this.#value;
    if (type === "inlineStr") return unescaped(value);
    if (!this.#hasValue || (value === "" && type !== "str")) {
      return this.#isFormula
        ? failing("The formula has no value: open the file in a spreadsheet and save it.")
        : "";
    }
    if (type === "s")
      return this.#strings.at(Number(value)) ?? failing(`There is no text ${value} in the workbook.`);
    if (type === "str") return unescaped(value);
    if (type === "b") return { kind: "boolean", text: value === "1" ? "TRUE" : "FALSE", isExact: true };
    if (type === "e") return failing(`The cell holds the error ${value}.`);
    if (type === "d") {
      return {
        kind: "date",
        text: value.replace(/T00:00:00(?:\.0+)?Z?$/, "").replace("T", " "),
        isExact: true,
      };
    }
    return numberCell(
      value,
      style === undefined ? this.#formats[0] : this.#formats[Number(style)],
      this.#is1904,
    );
  }
}
