import { LINE_BYTES_MAX, refusedHere, type SourceLine } from "./line.ts";

const tooLong = refusedHere("payload_too_large", `A line has at most ${LINE_BYTES_MAX} bytes.`);

/** The lines of a text without line ends; only the beginning of a line that is too long. */
async function* textLines(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let kept = "";
  for await (const text of texts) {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      yield kept + text.slice(from, end);
      [kept, from] = ["", end + 1];
    }
    if (kept.length <= LINE_BYTES_MAX) kept += text.slice(from);
  }
  if (kept !== "") yield kept;
}

/** The lines of an NDJSON file. Blank lines are counted and skipped; CRLF is accepted. */
export async function* ndjsonLines(texts: AsyncIterable<string>, file: number): AsyncGenerator<SourceLine> {
  let line = 0;
  for await (const whole of textLines(texts)) {
    line += 1;
    const text = whole.trim();
    if (text.length > LINE_BYTES_MAX || Buffer.byteLength(text) > LINE_BYTES_MAX) {
      yield { file, line, refusal: tooLong, category: null, id: null };
    } else if (text !== "") yield { file, line, events: [{ text, isShared: false }] };
  }
}
