import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Checkpoint } from "./checkpoint.ts";

/** Writes every refused line with its reason, or removes the file if there is none. Resolves with their number. */
export async function writeReport(
  path: string,
  files: readonly string[],
  checkpoint: Checkpoint,
): Promise<number> {
  let count = 0;
  function* lines(): Generator<string> {
    for (const { file, line, status, code, errors } of checkpoint.refusedLines()) {
      count += 1;
      yield `${JSON.stringify({ file: files[file], line, status, code, errors })}\n`;
    }
  }
  const source = lines();
  const first = source.next();
  if (first.done) {
    await rm(path, { force: true });
    return 0;
  }
  function* all(): Generator<string> {
    yield first.value as string;
    yield* source;
  }
  await pipeline(Readable.from(all()), createWriteStream(path));
  return count;
}
