import { isCurrency, minorUnits } from "../../domain/core/currency.ts";

/** The formats of numbers, by their places in the style table; a currency has at most four decimals. */
const FORMATS = [
  "General",
  "@",
  "yyyy-mm-dd",
  "yyyy-mm-dd hh:mm:ss",
  "#,##0",
  "#,##0.0",
  "#,##0.00",
  "#,##0.000",
  "#,##0.0000",
  "0.00%",
  "0.000000",
] as const;

/** The cell styles of the workbook, by their indexes in `stylesXml`. */
export const STYLES = {
  plain: 0,
  text: 1,
  date: 2,
  time: 3,
  decimals0: 4,
  decimals1: 5,
  decimals2: 6,
  decimals3: 7,
  decimals4: 8,
  percent: 9,
  ratio: 10,
  header: 11,
  digits: 12,
} as const;
export type StyleName = keyof typeof STYLES;

const AMOUNTS = ["decimals0", "decimals1", "decimals2", "decimals3", "decimals4"] as const;

/** The style of amounts of a currency, with its decimals. */
export const amountStyle = (currency: unknown): StyleName =>
  (isCurrency(String(currency)) ? AMOUNTS[minorUnits(String(currency) as never)] : undefined) ?? "plain";

const FIRST_OWN_FORMAT = 164;

/** The part that says how cells look. */
export function stylesXml(): string {
  const formats = FORMATS.map(
    (code, index) => `<numFmt numFmtId="${FIRST_OWN_FORMAT + index}" formatCode="${code}"/>`,
  );
  const cells = FORMATS.map((_, index) => {
    const id = index === 0 ? 0 : FIRST_OWN_FORMAT + index;
    return `<xf numFmtId="${id}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`;
  });
  const header =
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1">' +
    '<alignment vertical="top" wrapText="1"/></xf>';
  const digits =
    `<xf numFmtId="${FIRST_OWN_FORMAT + 1}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" ` +
    'applyAlignment="1"><alignment horizontal="right"/></xf>';
  return [
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">',
    `<numFmts count="${formats.length}">${formats.join("")}</numFmts>`,
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>',
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>',
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE7E6E6"/><bgColor indexed="64"/></patternFill></fill></fills>',
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
    `<cellXfs count="${cells.length + 2}">${cells.join("")}${header}${digits}</cellXfs>`,
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
  ].join("");
}
