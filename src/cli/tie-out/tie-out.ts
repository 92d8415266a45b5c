import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LosslessNumber } from "lossless-json";
import { csvLine } from "../../contract/csv.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { positionRows } from "../export/rows.ts";
import { type CommandFailure, EXIT, report, wrongUsage } from "../failure.ts";
import type { ReadingOptions } from "../import/options.ts";
import { readingOf } from "../import/scheme.ts";
import { oneTable, reading } from "../import/source.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { differencesOf, type FigureDifference } from "./compare.ts";
import { FIGURES, figuresOf, readTheirs, Theirs } from "./theirs.ts";

export interface TieOutOptions extends ServiceOptions, ReadingOptions {
  readonly file: string;
  readonly asOf: string;
  /** A decimal: amounts that differ by no more are equal. */
  readonly tolerance: string;
  /** Lists loans that the file lacks, too. */
  readonly all: boolean;
}

const COLUMNS = ["disbursement_id", "field", "theirs", "ours", "difference"];
const FLAWS_SHOWN = 20;

/** Counts for the summary. */
interface Counts {
  compared: number;
  differing: number;
  unknown: number;
  lacking: number;
  readonly byField: Map<string, number>;
}

/** Compares a seller's figures with the positions. Resolves with the exit code. */
export async function tieOut(options: TieOutOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const scratch = await mkdtemp(join(tmpdir(), "loan-ledger-tie-out-"));
  const theirs = new Theirs(scratch);
  try {
    const read = await reading(() => readFigures(options, scratch, theirs));
    const flaws = read.ok ? read.value : read;
    if (!flaws.ok) return report(flaws.error);
    const compared = await compare(service.value, options, theirs);
    if (!compared.ok) return report(compared.error);
    return conclude(options, compared.value, flaws.value);
  } finally {
    theirs.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Reads the file. Throws `Unreadable`. */
async function readFigures(
  options: TieOutOptions,
  scratch: string,
  theirs: Theirs,
): Promise<Result<readonly string[], CommandFailure>> {
  const how = await readingOf({
    ...options,
    category: options.mapping === undefined ? "disbursement" : undefined,
  });
  if (!how.ok) return how;
  const { scheme, files } = how.value;
  const table = await oneTable(options.file, files, scratch);
  if (!table.ok) return table;
  const members = scheme === null ? null : figuresOf(table.value.header, scheme, options.map);
  if (!members?.ok) return err(wrongUsage(`${options.file}: ${members?.error}`));
  return ok(await readTheirs(table.value, members.value, theirs));
}

/** Prints what differs, in the order of the loans. */
async function compare(
  service: Service,
  { asOf, tolerance, all }: TieOutOptions,
  theirs: Theirs,
): Promise<Result<Counts, CommandFailure>> {
  const counts: Counts = { compared: 0, differing: 0, unknown: 0, lacking: 0, byField: new Map() };
  print(COLUMNS);
  for await (const row of positionRows(service, asOf)) {
    if (!row.ok) return row;
    const id = row.value.disbursement_id;
    const loans = theirs.take(id);
    if (loans.length === 0) {
      counts.lacking += 1;
      if (all) print([id, "disbursement_id", "", id, ""]);
      continue;
    }
    const found = loans.flatMap((loan) => differencesOf(loan, row.value, tolerance));
    counts.compared += 1;
    if (found.length > 0) counts.differing += 1;
    for (const difference of found) {
      counts.byField.set(difference.field, (counts.byField.get(difference.field) ?? 0) + 1);
      print(lineOf(id, difference));
    }
  }
  for (const id of theirs.unknown()) {
    counts.unknown += 1;
    print([id, "disbursement_id", id, "", ""]);
  }
  return ok(counts);
}

const print = (cells: readonly unknown[]): void => void process.stdout.write(csvLine(cells));

/** A number is no text, so that it gets no guard. */
function lineOf(id: string, { field, theirs, ours, difference }: FigureDifference): readonly unknown[] {
  if (difference === null) return [id, field, theirs, ours, ""];
  return [id, field, ...[theirs, ours, difference].map((text) => new LosslessNumber(text))];
}

const count = (value: number): string => value.toLocaleString("en-US");

function conclude({ asOf, all }: TieOutOptions, counts: Counts, flaws: readonly string[]): number {
  const { compared, differing, unknown, lacking, byField } = counts;
  for (const flaw of flaws.slice(0, FLAWS_SHOWN)) console.error(flaw);
  if (flaws.length > FLAWS_SHOWN) console.error(`... and ${count(flaws.length - FLAWS_SHOWN)} more rows.`);
  const fields = FIGURES.filter((field) => byField.has(field)).map(
    (field) => `${field} ${count(byField.get(field) ?? 0)}`,
  );
  const details = fields.length === 0 ? "" : ` (${fields.join(", ")})`;
  console.error(`As of ${asOf}: ${count(compared)} loans compared, ${count(differing)} differ${details}.`);
  if (unknown > 0) console.error(`${count(unknown)} loans of the file are unknown here.`);
  if (lacking > 0) {
    console.error(`${count(lacking)} loans here are not in the file${all ? "" : "; --all lists them"}.`);
  }
  if (flaws.length > 0) console.error(`${count(flaws.length)} rows cannot be read.`);
  const isEqual = differing === 0 && unknown === 0 && flaws.length === 0 && !(all && lacking > 0);
  return isEqual ? EXIT.done : EXIT.refused;
}
