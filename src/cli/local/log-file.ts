import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";

/** The log of one run of the local service. */
export interface LogFile {
  readonly path: string;
  readonly write: (line: string) => void;
  /** Resolves when all lines are in the file. */
  readonly end: () => Promise<void>;
}

/** Opens the file for a new run: the lines of the run before are gone. */
export async function openLogFile(path: string): Promise<LogFile> {
  await mkdir(dirname(path), { recursive: true });
  const stream = createWriteStream(path);
  return {
    path,
    // The last lines of a process may come after its end.
    write: (line) => {
      if (!stream.writableEnded) stream.write(`${line}\n`);
    },
    end: () => finished(stream.end()),
  };
}
