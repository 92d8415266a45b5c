import { flat } from "../../contract/csv.ts";
import { amountStyle, type StyleName } from "./styles.ts";
import type { Sheet, SheetColumn, SheetRow } from "./workbook.ts";

/** A line of a sheet: the members of an answer, by the names that they have in CSV. */
type Line = Readonly<Record<string, unknown>>;

const WIDTHS = { date: 12, number: 18, text: 20, figure: 32 } as const;

const COUNTS =
  /^(?:number|repaid|index|months_on_book|days_past_due|groups|count|known_at|average_original_days|average_remaining_days)$/;
const PERCENTS = /(?:^|_)(?:rate|share|factor|par0|par30|par90)$/;
const DATES = /(?:^|_)(?:date|day|to|month_end)$/;
const TEXTS =
  /(?:^|_)(?:id|currency|kind|state|bucket|cohort|section|name|rule|by|group|from|code|holds|reasons|figure|example|month)$/;

/** How a number of a column looks. */
function styleOf(name: string, currency: unknown): StyleName {
  if (COUNTS.test(name)) return name.startsWith("average_") ? "decimals1" : "decimals0";
  if (name === "hhi" || name === "average_margin_rate") return "ratio";
  return PERCENTS.test(name) ? "percent" : amountStyle(currency);
}

/** The title of a column: its name in words. */
const titleOf = (name: string): string => {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** The name that a title stands for. */
const nameOf = (title: unknown): string => String(title).toLowerCase().replaceAll(" ", "_");

interface Places {
  readonly currency: number;
  /** The column that names what a row's value is; -1 where each column has a name of its own. */
  readonly name: number;
}

function columnOf(name: string, places: Places): SheetColumn {
  const isValue = name === "value" && places.name >= 0;
  const isDate = isValue || DATES.test(name);
  const width = DATES.test(name) ? WIDTHS.date : TEXTS.test(name) ? WIDTHS.text : WIDTHS.number;
  return {
    title: titleOf(name),
    width: name === "figure" ? WIDTHS.figure : width,
    look: (row: SheetRow) => ({
      isDate,
      style: styleOf(isValue ? nameOf(row[places.name]) : name, row[places.currency]),
    }),
  };
}

/**
 * A sheet of lines with these columns, named as in CSV. A column `value` holds what `figure` or `name` of its line says; a
 * `figure` is shown in words.
 */
export function sheetOf(
  name: string,
  columns: readonly string[],
  lines: () => AsyncIterable<object> | Iterable<object>,
): Sheet {
  const named = columns.includes("figure") ? "figure" : "name";
  const places = { currency: columns.indexOf("currency"), name: columns.indexOf(named) };
  return {
    name,
    columns: columns.map((column) => columnOf(column, places)),
    rows: async function* () {
      for await (const line of lines()) {
        const cells: Line = flat(line);
        yield columns.map((column) => (column === "figure" ? titleOf(String(cells[column])) : cells[column]));
      }
    },
  };
}
