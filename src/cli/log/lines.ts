import { createReadStream } from "node:fs";
import { exportedEvent } from "../../contract/log/line.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { LogLine } from "../../domain/log/line.ts";

const READ_BYTES = 1 << 20;
/** More than any line that the service writes. */
const LINE_CHARACTERS_MAX = 64 << 20;

/** The lines of a text file, many at a time, without the blank ones; `-` is standard input. Throws where it cannot be read. */
export async function* textLines(path: string): AsyncGenerator<readonly string[]> {
  const input = path === "-" ? process.stdin.setEncoding("utf8") : textStream(path);
  let rest = "";
  for await (const chunk of input as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield lines.filter(isNotBlank);
    // The start of it is no event, so a reader ends here.
    if (rest.length > LINE_CHARACTERS_MAX) rest = rest.slice(0, LINE_CHARACTERS_MAX);
  }
  if (isNotBlank(rest)) yield [rest];
}

const textStream = (path: string) => createReadStream(path, { encoding: "utf8", highWaterMark: READ_BYTES });

/** True where a file could not be read. */
export const isReadFailure = (error: unknown): boolean => error instanceof Error && "syscall" in error;

const isNotBlank = (line: string): boolean => line.trim() !== "";

/** Reads an event of an export. The error says what of it is no event. */
export function readLine(text: string): Result<LogLine, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err("the line is not JSON");
  }
  const parsed = exportedEvent.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return err(`the line is no event: ${issue?.path.join(".")} ${issue?.message}`);
}
