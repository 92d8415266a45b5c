import { gzipSync } from "node:zlib";
import { writeXlsx } from "hucre/xlsx";
import { describe, expect, it } from "vitest";
import { decoded } from "../../../src/cli/import/files/decode.ts";
import { collect, envelopes, fileOf, linesOf } from "./files.ts";
import { zipOf } from "./zip.ts";

const HEAD = "client_id,name\n";
const ANN = '{"category":"client","data":{"step":"create","client_id":"1","name":"José Ñ"}}';
const TEXT = `${HEAD}1,José Ñ\n`;
const client = { category: "client" } as const;

const utf16 = (text: string, swapped = false) => {
  const bytes = Buffer.from(text, "utf16le");
  return swapped ? bytes.swap16() : bytes;
};

describe("the bytes of a file", () => {
  it.each([
    ["UTF-8", Buffer.from(TEXT), {}],
    ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${TEXT}`), {}],
    ["UTF-16 with a byte order mark", utf16(`\uFEFF${TEXT}`), {}],
    ["UTF-16 of the other order", utf16(`\uFEFF${TEXT}`, true), {}],
    ["UTF-16 that the option names", utf16(TEXT), { encoding: "utf-16le" }],
    ["Windows-1252 that the option names", Buffer.from(TEXT, "latin1"), { encoding: "windows-1252" }],
    ["a byte order mark against the option", Buffer.from(`\uFEFF${TEXT}`), { encoding: "windows-1252" }],
    ["gzip", gzipSync(TEXT), {}],
    ["two members of gzip", Buffer.concat([gzipSync(HEAD), gzipSync("1,José Ñ\n")]), {}],
    ["zip", zipOf({ "a.csv": TEXT }), {}],
    ["zip beside what a system adds", zipOf({ "__MACOSX/._a.csv": "x", "a/": "", "a/b.csv": TEXT }), {}],
    ["a file of a zip that the option names", zipOf({ "a.csv": TEXT, "b.csv": HEAD }), { sheet: "a.csv" }],
    ["gzip in zip", zipOf({ "a.csv.gz": gzipSync(TEXT) }), {}],
  ])("are read as %s", async (_, bytes, options) => {
    expect(await envelopes(bytes, { ...client, ...options })).toEqual([ANN]);
  });

  it("are read as a workbook, in a zip too", async () => {
    const workbook = await writeXlsx({
      sheets: [
        {
          name: "S",
          rows: [
            ["client_id", "name"],
            ["1", "José Ñ"],
          ],
        },
      ],
    });
    expect(await envelopes(workbook, client)).toEqual([ANN]);
    expect(await envelopes(zipOf({ "a.xlsx": workbook }), client)).toEqual([ANN]);
  });

  const broken = zipOf({ "a.csv": TEXT }).map((byte, index, all) =>
    index === all.length - 40 ? byte ^ 1 : byte,
  );

  it.each([
    [
      "a byte that is not UTF-8",
      Buffer.concat([Buffer.from(TEXT), Buffer.from([0x32, 0x2c, 0xf1, 0x0a])]),
      "file is not UTF-8: line 3.",
    ],
    ["UTF-16 without a mark", utf16(TEXT), "say --encoding utf-16le"],
    [
      "an old Excel file",
      Buffer.from("d0cf11e0a1b11ae1", "hex"),
      "file is an old or a protected Excel file: save it as .xlsx",
    ],
    ["a PDF", Buffer.from("%PDF-1.7"), "file is a PDF"],
    ["a cut gzip", gzipSync(TEXT).subarray(0, 20), "file is a broken archive: unexpected end of file."],
    ["a cut zip", zipOf({ "a.csv": TEXT }).subarray(0, 60), "file is a broken archive"],
    [
      "a zip of several files",
      zipOf({ "a.csv": TEXT, "b.csv": TEXT }),
      "name one of them with --sheet (a.csv, b.csv)",
    ],
    ["an empty zip", zipOf({}), "file has no file"],
    ["a zip whose bytes have changed", Buffer.from(broken), "file is a broken archive"],
  ])("end the import with a sentence: %s", async (_, bytes, sentence) => {
    const read = await linesOf(await fileOf(bytes), client);
    expect(read).toEqual(expect.stringContaining(sentence));
  });

  it("of NDJSON that are not UTF-8 end the import too", async () => {
    expect(await linesOf(await fileOf(Buffer.from([0x7b, 0xff, 0x0a])), {})).toEqual(
      expect.stringContaining("file is not UTF-8: line 1."),
    );
  });

  it("are asked for a category where they are a workbook or an unknown encoding is named", async () => {
    const workbook = await writeXlsx({ sheets: [{ name: "S", rows: [["client_id"]] }] });
    expect(await linesOf(await fileOf(workbook), {})).toContain("name its --category, or a --mapping");
    expect(await linesOf(await fileOf(TEXT), { ...client, encoding: "klingon" })).toContain(
      'There is no encoding "klingon"',
    );
  });

  it("name the line of a flaw in pieces of any size, also within a letter", async () => {
    const bytes = Buffer.concat([Buffer.from("é\né\né€"), Buffer.from([0xe2, 0x82]), Buffer.from("x\n")]);
    for (const size of [1, 2, 3, 5, 100]) {
      async function* chunks() {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      }
      await expect(collect(decoded(chunks(), "tape", null))).rejects.toThrow("tape is not UTF-8: line 3.");
    }
  });
});
