import { createReadStream } from "node:fs";
import { LINE_BYTES_MAX, refusedHere, type SourceLine } from "./line.ts";

const LF = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** The lines of a file as bytes, without line ends; only the first bytes of a line that is too long. */
async function* byteLines(path: string): AsyncGenerator<{ readonly bytes: Buffer; readonly whole: boolean }> {
  let kept: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer): void => {
    if (length <= LINE_BYTES_MAX) kept.push(chunk);
    length += chunk.length;
  };
  const line = () => {
    const found = { bytes: Buffer.concat(kept), whole: length <= LINE_BYTES_MAX };
    [kept, length] = [[], 0];
    return found;
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      take(chunk.subarray(from, end));
      yield line();
      from = end + 1;
    }
    take(chunk.subarray(from));
  }
  if (length > 0) yield line();
}

/** The lines of an NDJSON file. Blank lines are counted and skipped; CRLF and a byte order mark are accepted. */
export async function* ndjsonLines(path: string, file: number): AsyncGenerator<SourceLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let line = 0;
  for await (const { bytes, whole } of byteLines(path)) {
    line += 1;
    const place = { file, line };
    const start = line === 1 && bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    if (!whole) {
      yield {
        ...place,
        refusal: refusedHere("payload_too_large", `A line has at most ${LINE_BYTES_MAX} bytes.`),
      };
      continue;
    }
    let text: string;
    try {
      text = decoder.decode(bytes.subarray(start)).trim();
    } catch {
      yield { ...place, refusal: refusedHere("malformed_json", "The line is not UTF-8.") };
      continue;
    }
    if (text !== "") yield { ...place, text };
  }
}
