import { type Command, InvalidArgumentError, Option } from "commander";
import { CATEGORY_NAMES } from "../../domain/tape/categories.ts";
import type { ReadingOptions } from "../import/options.ts";

function renaming(text: string, known: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [, column, field] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (column === undefined || field === undefined) {
    throw new InvalidArgumentError('It takes <column>=<field>, for example "Loan no=disbursement_id".');
  }
  return new Map([...known, [column.trim(), field.trim()]]);
}

function sign(text: string): string {
  const named = { tab: "\t", "\\t": "\t" }[text] ?? text;
  if (named.length === 1 && !/["\r\n]/.test(named)) return named;
  throw new InvalidArgumentError('It takes one sign, or "tab".');
}

function names(text: string): readonly string[] {
  return text.split(",").map((name) => name.trim());
}

const category = () =>
  new Option("--category <name>", "category of the rows of tables").choices(CATEGORY_NAMES);

const columns = () =>
  new Option("--map <column=field>", "field of a column; empty to leave the column out")
    .argParser(renaming)
    .default(new Map(), "none");

const mapping = () => new Option("--mapping <file>", "mapping of rows to events");

/** Adds the options that say how files are written. */
export function withNotation(command: Command): Command {
  return command
    .option("--encoding <name>", "encoding of text, such as windows-1252 (default: UTF-8)")
    .option("--delimiter <sign>", "sign between cells, or tab (default: that of the header)", sign)
    .option("--columns <names>", "names of the columns of files without a header, by commas", names)
    .option("--sheet <name>", "sheet of a workbook, or file of an archive")
    .addOption(new Option("--decimal <sign>", "decimal sign of numbers").choices([".", ","]))
    .option("--date-format <format>", "form of days: DD/MM/YYYY and the like, or excel");
}

/** Adds the options that say what tables hold: all of them, or those of a command that needs no category. */
export function withScheme(command: Command, hasCategory: boolean): Command {
  if (hasCategory) command.addOption(category());
  return command.addOption(columns()).addOption(mapping());
}

/** The options of how files are read, as they were given. */
export const readingOptions = (options: ReadingOptions): ReadingOptions => ({
  category: options.category,
  map: options.map ?? new Map(),
  mapping: options.mapping,
  encoding: options.encoding,
  delimiter: options.delimiter,
  columns: options.columns,
  sheet: options.sheet,
  decimal: options.decimal,
  dateFormat: options.dateFormat,
});
