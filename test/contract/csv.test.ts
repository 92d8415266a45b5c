import fc from "fast-check";
import { LosslessNumber } from "lossless-json";
import { describe, expect, it } from "vitest";
import { csvOf, flat } from "../../src/contract/csv.ts";

const line = (...cells: unknown[]) => {
  const columns = cells.map((_, index) => `c${index}`);
  const [, ...lines] = csvOf(columns, [
    Object.fromEntries(columns.map((name, index) => [name, cells[index]])),
  ]).split(`${columns.join(",")}\r\n`);
  return lines.join("");
};

/** RFC 4180 read by its grammar, one character at a time. */
function parsed(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (quoted) cell += character;
    else if (character === ",") {
      record.push(cell);
      cell = "";
    } else if (character === "\r") {
      expect(text[at + 1]).toBe("\n");
      at += 1;
      records.push([...record, cell]);
      record = [];
      cell = "";
    } else cell += character;
  }
  expect([quoted, record, cell]).toEqual([false, [], ""]);
  return records;
}

describe("CSV", () => {
  it("has a header row, CRLF after each line, and no line for no rows", () => {
    expect(csvOf(["a", "b"], [{ a: 1, b: "x" }, { b: "y" }])).toBe("a,b\r\n1,x\r\n,y\r\n");
    expect(csvOf(["a", "b"], [])).toBe("a,b\r\n");
  });

  it.each([
    ["plain", "plain"],
    ['say "hi"', '"say ""hi"""'],
    ["a,b", '"a,b"'],
    ["a\nb", '"a\nb"'],
    ["a\rb", '"a\rb"'],
    [" spaces ", " spaces "],
    ["é😀", "é😀"],
    ["", ""],
  ])("quotes %j only where it must", (text, cell) => {
    expect(line(text)).toBe(`${cell}\r\n`);
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=1\n2"])(
    "puts an apostrophe before the text %j, which a spreadsheet would read as a formula",
    (text) => {
      expect(parsed(line(text))).toEqual([[`'${text}`]]);
    },
  );

  it("never changes a number of any precision and sign", () => {
    const exact = new LosslessNumber("-12345678901234.56");
    expect(line(exact, -5, -9_223_372_036_854_775_808n, 0.1, true, null, undefined)).toBe(
      "-12345678901234.56,-5,-9223372036854775808,0.1,true,,\r\n",
    );
  });

  it("is read back unchanged by a reader of RFC 4180, for any text", () => {
    const cell = fc
      .string({ unit: "grapheme", maxLength: 20 })
      .filter((text) => !/^'*[=+\-@\t\r]/.test(text));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), (rows) => {
        const columns = ["a", "b", "c"];
        const text = csvOf(
          columns,
          rows.map(([a, b, c]) => ({ a, b, c })),
        );
        expect(parsed(text)).toEqual([columns, ...rows]);
      }),
    );
  });

  it("names a nested member by its path and keeps a list in one cell", () => {
    const exact = new LosslessNumber("1.50");
    const record = { id: "L-1", arrears: { total: exact, parts: { fee: 1 } }, items: [1, 2], none: null };
    expect(flat(record)).toEqual({
      id: "L-1",
      arrears_total: exact,
      arrears_parts_fee: 1,
      items: [1, 2],
      none: null,
    });
  });
});
