/** The longest cell, in bytes. */
const CELL_BYTES_MAX = 65_536;

/** One row at the start of a text; `end` is where the next row begins. */
type ReadRow =
  | { readonly kind: "row"; readonly cells: readonly string[]; readonly end: number }
  | { readonly kind: "flaw"; readonly flaw: string }
  /** The text ends before the row does. */
  | { readonly kind: "open" };

const OPEN = { kind: "open" } as const;
const flawed = (flaw: string) => ({ kind: "flaw", flaw }) as const;
const TOO_LONG = flawed("A cell does not end within 64 KiB; a quote is probably not closed.");

const isTooLong = (text: string): boolean =>
  text.length > CELL_BYTES_MAX ||
  (text.length > CELL_BYTES_MAX / 3 && Buffer.byteLength(text) > CELL_BYTES_MAX);

/** Where a quoted cell that begins at `from` ends: after its closing quote; null when the text ends before. */
function endOfQuoted(text: string, from: number): number | null {
  for (let at = from + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return null;
    if (text[quote + 1] !== '"') return quote + 1;
    at = quote + 2;
  }
}

/**
 * Reads RFC 4180 rows of one delimiter. It takes nothing for granted: text after a closing quote and a quote in a plain
 * cell are flaws of the row. A row begins on the line where its first quote is opened, because only a quoted cell has
 * line breaks.
 */
export class RowReader {
  readonly #delimiter: string;
  readonly #stop: RegExp;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
    this.#stop = new RegExp(`[\\u${hex(delimiter)}"\\r\\n]`, "g");
  }

  /** Reads the row that begins at `start`; `isWhole` says that nothing follows the text. */
  read(text: string, start: number, isWhole: boolean): ReadRow {
    const cells: string[] = [];
    for (let at = start; ; ) {
      const isQuoted = text[at] === '"';
      const end = isQuoted ? endOfQuoted(text, at) : this.#endOfPlain(text, at);
      const found = end ?? text.length;
      // A quoted cell writes each of its quotes twice.
      const isOverlong = found - at > (isQuoted ? 2 * CELL_BYTES_MAX + 2 : CELL_BYTES_MAX);
      if (isOverlong) return TOO_LONG;
      // Further text may say more about a cell that reaches the end.
      if (!isWhole && found >= text.length) return OPEN;
      if (isQuoted && end === null) return flawed("A quoted cell is not closed.");
      const cell = isQuoted ? text.slice(at + 1, found - 1).replaceAll('""', '"') : text.slice(at, found);
      if (isTooLong(cell)) return TOO_LONG;
      cells.push(cell);
      const sign = text[found];
      if (sign === this.#delimiter) at = found + 1;
      else if (sign === undefined || sign === "\n") return { kind: "row", cells, end: found + 1 };
      else if (sign === "\r") {
        if (!isWhole && found + 1 >= text.length) return OPEN;
        return { kind: "row", cells, end: found + (text[found + 1] === "\n" ? 2 : 1) };
      } else if (isQuoted) return flawed("A closing quote is followed by further text.");
      else return flawed("A quote stands in the middle of a cell.");
    }
  }

  #endOfPlain(text: string, from: number): number {
    this.#stop.lastIndex = from;
    return this.#stop.exec(text)?.index ?? text.length;
  }
}

const hex = (sign: string): string => sign.charCodeAt(0).toString(16).padStart(4, "0");
