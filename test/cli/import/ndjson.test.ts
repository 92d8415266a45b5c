import { describe, expect, it } from "vitest";
import { ndjsonLines } from "../../../src/cli/import/ndjson.ts";
import { collect, pieces } from "./files.ts";

const sourceLines = (content: string) => collect(ndjsonLines(pieces(content), 0));
const event = (text: string) => ({ events: [{ text, isShared: false }] });

describe("the lines of an NDJSON file", () => {
  it.each([
    ["LF", '{"a":1}\n{"a":2}\n'],
    ["CRLF", '{"a":1}\r\n{"a":2}\r\n'],
    ["no line end at the end", '{"a":1}\n{"a":2}'],
  ])("are read with %s", async (_, content) => {
    expect(await sourceLines(content)).toEqual([
      { file: 0, line: 1, ...event('{"a":1}') },
      { file: 0, line: 2, ...event('{"a":2}') },
    ]);
  });

  it("are counted also when they are blank, and then skipped", async () => {
    expect(await sourceLines('\n \t\r\n{"a":1}\n\n')).toEqual([{ file: 0, line: 3, ...event('{"a":1}') }]);
  });

  it("are refused beyond 64 KiB, without the rest of the line in memory, and the next line is read", async () => {
    const [long, next] = await sourceLines(`${"x".repeat(70_000)}${"y".repeat(5_000_000)}\n{"a":1}\n`);
    expect(long).toMatchObject({ line: 1, refusal: { code: "payload_too_large" } });
    expect(next).toEqual({ file: 0, line: 2, ...event('{"a":1}') });
    expect(await sourceLines("x".repeat(65_536))).toMatchObject([event("x".repeat(65_536))]);
  });

  it("are none for an empty file", async () => {
    expect(await sourceLines("")).toEqual([]);
  });
});
