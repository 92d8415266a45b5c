import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FieldError } from "../../domain/core/problem.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { LineSubject, Refusal } from "./line.ts";
import type { InputFile } from "./table/table.ts";

/** A refused row: its first refused event, with what is wrong with all of them. */
interface RefusedRow extends Refusal, LineSubject {
  readonly file: number;
  readonly line: number;
}

/** How many rows have the same fault. */
interface Fault {
  readonly code: string;
  readonly field: string;
  message: string;
  count: number;
  readonly first: string[];
}

const FIRST_IDS = 5;
/** More kinds of faults than a person reads are counted together. */
const FAULTS_MAX = 100;

/** Every refused row, in the order of the files. */
function* refusedRows(checkpoint: Checkpoint): Generator<RefusedRow> {
  const events = checkpoint
    .prepared(
      "SELECT file, line, category, id, status, code, errors FROM lines WHERE code IS NOT NULL ORDER BY file, line, event",
    )
    .iterate();
  let row = null as RefusedRow | null;
  for (const event of events) {
    const [file, line] = [Number(event.file), Number(event.line)];
    const errors = JSON.parse(String(event.errors)) as FieldError[];
    if (row?.file === file && row.line === line) {
      row = { ...row, errors: [...row.errors, ...errors] };
      continue;
    }
    if (row) yield row;
    const subject = { category: event.category as LineSubject["category"], id: event.id as string | null };
    const status = event.status === null ? null : Number(event.status);
    row = { file, line, ...subject, status, code: String(event.code), errors };
  }
  if (row) yield row;
}

/** Ids and numbers in a message differ from row to row, and the fault is the same. */
const pattern = (message: string): string =>
  message.replace(/"[^"]*"/g, '"…"').replace(/\S*\d\S*/g, (word) => (word.startsWith("--") ? word : "…"));

/** Counts rows by what is wrong with them. */
class Faults {
  readonly #faults = new Map<string, Fault>();

  add({ code, errors, id, line }: RefusedRow): void {
    const seen = new Set<string>();
    for (const { field, message } of errors) {
      const own = `${code}\n${field}\n${pattern(message)}`;
      const isKnown = this.#faults.has(own) || this.#faults.size < FAULTS_MAX;
      const key = isKnown ? own : "others";
      if (seen.has(key)) continue;
      seen.add(key);
      const fault = this.#faults.get(key) ?? {
        ...(isKnown ? { code, field, message } : { code: "others", field: "", message: "Further reasons." }),
        count: 0,
        first: [],
      };
      if (isKnown && fault.message !== message) fault.message = pattern(message);
      fault.count += 1;
      if (fault.first.length < FIRST_IDS) fault.first.push(id ?? `line ${line}`);
      this.#faults.set(key, fault);
    }
  }

  /** The most frequent first. */
  get all(): readonly Fault[] {
    return [...this.#faults.values()].sort((one, other) => other.count - one.count);
  }
}

const sentence = ({ code, field, message, count, first }: Fault): string => {
  const more = count > first.length ? ", ..." : "";
  return `  ${count.toLocaleString("en-US")} x ${code}${field && ` ${field}`}: ${message} (${first.join(", ")}${more})`;
};

/**
 * Writes every refused row with its reasons and a summary as the last line, or removes the file if there is none.
 * Resolves with the summary for a person.
 */
export async function writeReport(
  path: string,
  files: readonly InputFile[],
  checkpoint: Checkpoint,
): Promise<readonly string[]> {
  const faults = new Faults();
  function* lines(): Generator<string> {
    for (const { file, ...row } of refusedRows(checkpoint)) {
      faults.add({ file, ...row });
      const { line, category, id, status, code, errors } = row;
      yield `${JSON.stringify({ file: files[file]?.name, line, category, id, status, code, errors })}\n`;
    }
    yield `${JSON.stringify({ summary: faults.all })}\n`;
  }
  if (refusedRows(checkpoint).next().done) {
    await rm(path, { force: true });
    return [];
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
  return faults.all.map(sentence);
}
