import { readFile } from "node:fs/promises";
import { fieldErrors } from "../../contract/field-errors.ts";
import { parseJson } from "../../contract/json.ts";
import { type Mapping, mapping as mappingFile } from "../../contract/tape/mapping.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { Category } from "../../domain/tape/fields.ts";
import { type CommandFailure, failed, wrongUsage } from "../failure.ts";
import { isEncoding } from "./files/decode.ts";
import { categoryPlan } from "./mapping/category.ts";
import { mappingPlan } from "./mapping/compile.ts";
import type { RowPlan } from "./mapping/plan.ts";
import type { ReadingOptions } from "./options.ts";
import { columnName, type HeaderColumn } from "./table/header.ts";
import type { FileNotation } from "./table/table.ts";
import { dateFormat } from "./values/date.ts";
import type { Notation } from "./values/value.ts";

/** How the rows of tables become events. */
export interface Scheme {
  /** The category or the mapping: the checkpoint's default name has it. */
  readonly name: string;
  /** The category of every row; null where rows make events of several. */
  readonly category: Category | null;
  readonly mapping: Mapping | null;
  readonly notation: Notation;
  readonly plan: (header: readonly HeaderColumn[]) => Result<RowPlan, string>;
}

/** What the options and the mapping say of the files. */
export interface Reading {
  readonly scheme: Scheme | null;
  readonly files: Omit<FileNotation, "scratch">;
}

/** Reads a mapping file and checks it by its schema. */
async function readMapping(path: string): Promise<Result<Mapping, CommandFailure>> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return err(failed(`${path} cannot be read.`));
  const json = parseJson(text.replace(/^\uFEFF/, ""));
  if (!json.ok) return err(wrongUsage(`${path} is not JSON: ${json.error}.`));
  const parsed = mappingFile.safeParse(json.value, { reportInput: true });
  if (parsed.success) return ok(parsed.data);
  const [first, ...more] = fieldErrors(parsed.error.issues, []);
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return err(wrongUsage(`${path} is no mapping: ${first?.field || "it"} ${first?.message}${others}.`));
}

/** Reads what the options say; an option wins over the mapping. */
export async function readingOf(options: ReadingOptions): Promise<Result<Reading, CommandFailure>> {
  const { category, map, mapping: path } = options;
  if (category !== undefined && path !== undefined) {
    return err(wrongUsage("A mapping names its categories: leave --category out."));
  }
  const read = path === undefined ? ok(null) : await readMapping(path);
  if (!read.ok) return read;
  const mapping = read.value;
  const formatName = options.dateFormat ?? mapping?.date_format;
  const date = formatName === undefined ? null : dateFormat(formatName);
  if (formatName !== undefined && date === null) {
    return err(
      wrongUsage(
        `"${formatName}" is no date format: it takes day, month and year such as DD/MM/YYYY, or excel.`,
      ),
    );
  }
  const encoding = options.encoding ?? mapping?.encoding ?? null;
  if (encoding !== null && !isEncoding(encoding)) {
    return err(wrongUsage(`There is no encoding "${encoding}"; usual ones are windows-1252 and utf-16le.`));
  }
  const files = {
    encoding,
    delimiter: options.delimiter ?? mapping?.delimiter ?? null,
    columns: options.columns ?? mapping?.columns ?? null,
    sheet: options.sheet ?? null,
  };
  const notation: Notation = { decimal: options.decimal ?? mapping?.decimal ?? null, date, style: "plain" };
  if (mapping !== null) {
    const plan = (header: readonly HeaderColumn[]) => mappingPlan(mapping, header, notation);
    return ok({ files, scheme: { name: mapping.name, category: null, mapping, notation, plan } });
  }
  if (category === undefined) return ok({ files, scheme: null });
  const names = new Map([...map].map(([column, field]) => [columnName(column), field]));
  const plan = (header: readonly HeaderColumn[]) => categoryPlan({ category, map: names }, header, notation);
  return ok({ files, scheme: { name: category, category, mapping: null, notation, plan } });
}
