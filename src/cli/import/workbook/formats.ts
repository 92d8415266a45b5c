import { readWhole } from "./xml.ts";

/** What a cell's number format says of its number. */
export interface NumberFormat {
  readonly isDate: boolean;
  /** As many digits as a format of zeros shows: 5 for `00000`. */
  readonly digits: number;
}

/** Built-in formats of days and times (ECMA-376 part 1, 18.8.30), those of East Asia among them. */
const BUILT_IN_DATES = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
] as const;

/** Literal text, escaped signs, fillers and colours of a format code: they are no date letters. */
const NO_LETTERS = /"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi;

function formatOf(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) {
    return { isDate: BUILT_IN_DATES.some(([from, to]) => id >= from && id <= to), digits: 0 };
  }
  const isGeneral = /^general$/i.test(code);
  return {
    isDate: !isGeneral && /[ymdhs]/i.test(code.replace(NO_LETTERS, "")),
    digits: /^0+$/.test(code) ? code.length : 0,
  };
}

/** The number formats of a workbook's cell styles, by the index of the style. */
export async function readFormats(
  bytes: AsyncIterable<Buffer> | null,
  name: string,
): Promise<readonly NumberFormat[]> {
  const codes = new Map<number, string>();
  const styles: number[] = [];
  let isCellStyle = false;
  if (bytes) {
    await readWhole(bytes, name, {
      open: (tag, attributes) => {
        if (tag === "numFmt") codes.set(Number(attributes.numFmtId), attributes.formatCode ?? "");
        else if (tag === "cellXfs") isCellStyle = true;
        else if (tag === "xf" && isCellStyle) styles.push(Number(attributes.numFmtId ?? 0));
      },
      close: (tag) => {
        if (tag === "cellXfs") isCellStyle = false;
      },
    });
  }
  return styles.map((id) => formatOf(id, codes.get(id)));
}
