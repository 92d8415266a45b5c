import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { SourceLine } from "../../../src/cli/import/line.ts";
import type { CurrencyOf } from "../../../src/cli/import/mapping/plan.ts";
import type { ReadingOptions } from "../../../src/cli/import/options.ts";
import { readingOf } from "../../../src/cli/import/scheme.ts";
import { openSource, reading, sourceLines } from "../../../src/cli/import/source.ts";

/** A directory that is gone after the test. */
export async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "loan-ledger-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A file with this content, gone after the test. */
export async function fileOf(content: string | Uint8Array, name = "input"): Promise<string> {
  const path = join(await scratch(), name);
  await writeFile(path, content);
  return path;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** A text in pieces of `size` characters. */
export async function* pieces(text: string, size = 65_536): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size);
}

const NOTHING: ReadingOptions = {
  category: undefined,
  map: new Map(),
  mapping: undefined,
  encoding: undefined,
  delimiter: undefined,
  columns: undefined,
  sheet: undefined,
  decimal: undefined,
  dateFormat: undefined,
};

export interface ReadOptions extends Partial<ReadingOptions> {
  readonly currencyOf?: CurrencyOf;
}

/** All lines of a file as the import reads it; a failure is its sentence. */
export async function linesOf(
  path: string,
  { currencyOf = () => null, ...options }: ReadOptions,
): Promise<readonly SourceLine[] | string> {
  const how = await readingOf({ ...NOTHING, ...options });
  if (!how.ok) return how.error.message;
  const notation = { ...how.value.files, scratch: await scratch() };
  const files = [{ path, name: "file" }];
  const read = await reading(async () => {
    const source = await openSource(files, how.value.scheme, notation);
    return source.ok ? await collect(sourceLines(source.value, currencyOf)) : source.error.message;
  });
  return read.ok ? read.value : read.error.message;
}

/** The envelopes of a file; a refused row is the messages of its faults. */
export async function envelopes(
  content: string | Uint8Array,
  options: ReadOptions,
): Promise<readonly unknown[] | string> {
  const lines = await linesOf(await fileOf(content), options);
  if (typeof lines === "string") return lines;
  return lines.flatMap((line) =>
    "events" in line
      ? line.events.map(({ text }) => text)
      : [line.refusal.errors.map(({ field, message }) => `${field}: ${message}`).join(" ")],
  );
}
