import { parseDate } from "../../domain/core/dates.ts";
import { cellText, type TableCell } from "../import/cell.ts";
import { dateFormat } from "../import/values/date.ts";
import { type DecimalSign, readNumber, undressed } from "../import/values/number.ts";

const DATE_FORMATS = [
  ...["DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "YYYY/MM/DD", "YYYYMMDD"],
  ...["DD-MMM-YYYY", "DD-MMM-YY", "DD MMM YYYY", "MMM DD, YYYY", "MMM-YYYY", "MMM YYYY", "MM/YYYY", "MMYYYY"],
  ...["DD/MM/YY", "MM/DD/YY", "DD.MM.YY", "YYYY-MM-DD 00:00:00"],
];

/** What the samples of a column say of how it is written. */
interface Written {
  /** The formats that read every sample; none is needed where there is none. */
  readonly dateFormats: readonly string[] | null;
  /** The decimal signs that read every sample; null where none is needed. */
  readonly decimals: readonly DecimalSign[] | null;
  /** Currency signs or parentheses. */
  readonly isAccounting: boolean;
}

const texts = (cells: readonly TableCell[]): readonly string[] =>
  cells
    .filter((cell) => typeof cell === "string" || cell.kind === "number")
    .map(cellText)
    .filter((text) => text !== "");

/** The date formats that read all texts; null where they need none. */
export function dateFormatsOf(cells: readonly TableCell[]): readonly string[] | null {
  const found = texts(cells);
  if (found.every((text) => parseDate(text).ok)) return null;
  const fits = (name: string) => found.every((text) => (dateFormat(name)?.read(text) ?? null) !== null);
  return [...DATE_FORMATS, "excel"].filter(fits);
}

/** How the amounts of a column are written. */
export function amountsOf(cells: readonly TableCell[]): Omit<Written, "dateFormats"> {
  const found = cells
    .filter((cell) => typeof cell === "string")
    .map(cellText)
    .filter((text) => text !== "");
  const isPlain = (text: string, decimal: DecimalSign | null) => {
    const number = readNumber(text, decimal);
    return number.ok && (decimal !== null || number.value.decimals !== 3);
  };
  if (found.every((text) => isPlain(text, null))) return { decimals: null, isAccounting: false };
  const bare = found.map((text) => undressed(text, null).text);
  const isAccounting = found.some((text, index) => text !== bare[index]);
  const signs = ([".", ","] as const).filter((sign) => bare.every((text) => isPlain(text, sign)));
  return { decimals: bare.every((text) => isPlain(text, null)) ? null : signs, isAccounting };
}
