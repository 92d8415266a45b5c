import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { err } from "../../domain/core/result.ts";
import { CATEGORIES, REFERENCES } from "../../domain/tape/categories.ts";
import type { Category } from "../../domain/tape/fields.ts";
import { type Checkpoint, STATE } from "./checkpoint.ts";
import { type CsvOptions, csvLines } from "./csv.ts";
import {
  derivedKey,
  type Envelope,
  envelopeHash,
  type Reference,
  readEnvelope,
  schemaRefusal,
} from "./envelope.ts";
import type { SourceLine } from "./line.ts";
import { ndjsonLines } from "./ndjson.ts";

/** The order of the passes: parents come before their children, and deletes after everything. */
export const PASSES = { clients: 1, disbursements: 2, children: 3, deletes: 4 } as const;
/** With `--in-order` every line has this pass. */
export const IN_ORDER = 1;

/** The input: files in their order, all of one format. */
export interface Source {
  readonly files: readonly string[];
  /** Set for CSV. */
  readonly csv: CsvOptions | null;
}

/** All lines of all files, in order. */
export async function* sourceLines({ files, csv }: Source): AsyncGenerator<SourceLine> {
  for (const [file, path] of files.entries()) {
    yield* csv ? csvLines(path, file, csv) : ndjsonLines(path, file);
  }
}

/** SHA-256 of a file's bytes. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

interface PrepareOptions {
  readonly tenant: string;
  readonly inOrder: boolean;
  /** For `--dry-run`: applies the whole schema locally, and looks for parents in the files. */
  readonly checkAll: boolean;
}

const FLUSH_LINES = 5_000;

/**
 * Reads all lines once and stores the pass and key of each. Refuses lines that cannot be sent at all. Calls `seen` for
 * each line.
 */
export async function prepare(
  source: Source,
  checkpoint: Checkpoint,
  options: PrepareOptions,
  seen: () => void,
): Promise<void> {
  const writing = checkpoint.begin();
  let count = 0;
  for await (const line of sourceLines(source)) {
    remember(line, checkpoint, options);
    seen();
    count += 1;
    if (count % FLUSH_LINES === 0) writing.flush();
  }
  writing.end();
}

function remember(line: SourceLine, checkpoint: Checkpoint, options: PrepareOptions): void {
  const place = { file: line.file, line: line.line };
  const read = "refusal" in line ? err(line.refusal) : readEnvelope(line.text);
  const refusal = read.ok ? (options.checkAll ? schemaRefusal(read.value) : null) : read.error;
  if (!read.ok || !("text" in line) || refusal) {
    checkpoint.addLine({ ...place, pass: 0, key: "", state: STATE.refusedHere }, null, refusal);
    return;
  }
  const envelope = read.value;
  const hash = envelopeHash(options.tenant, envelope);
  const key = envelope.key ?? derivedKey(hash, checkpoint.countOccurrence(hash));
  const pass = passOf(envelope, options.inOrder);
  if (envelope.step === "create" && envelope.id !== "") {
    checkpoint.addRecord(envelope.category, envelope.id, laneOwner(envelope));
  }
  const body = pass === PASSES.deletes && !options.inOrder ? line.text : null;
  checkpoint.addLine({ ...place, pass, key, state: STATE.waiting }, body, null);
}

function passOf({ category, step }: Envelope, inOrder: boolean): number {
  if (inOrder) return IN_ORDER;
  if (step === "delete") return PASSES.deletes;
  const refersTo = (other: Category) => REFERENCES[category].some((one) => one.category === other);
  if (refersTo("disbursement")) return PASSES.children;
  return refersTo("client") ? PASSES.disbursements : PASSES.clients;
}

/** The disbursement whose lane a record's lines use, else the record itself. */
function laneOwner({ category, id, references }: Envelope): string {
  const parent = references.find((reference) => reference.category === "disbursement");
  return category === "disbursement" ? id : (parent?.id ?? id);
}

/** Lines with the same lane key keep their order: those of one disbursement, or of one client. */
export function laneKey(envelope: Envelope, checkpoint: Checkpoint): string {
  const { category, id } = envelope;
  if (category === "client") return `client ${id}`;
  const owner = laneOwner(envelope);
  return `disbursement ${owner === id ? (checkpoint.parentOf(category, id) ?? id) : owner}`;
}

/** The first parent of a line whose own create was refused. */
export const refusedParent = ({ references }: Envelope, checkpoint: Checkpoint): Reference | null =>
  references.find(({ category, id }) => checkpoint.isRefused(category, id)) ?? null;

/** True if the files hold the create of every parent that the line names. */
export const hasParentsHere = ({ references }: Envelope, checkpoint: Checkpoint): boolean =>
  references.every(({ category, id }) => checkpoint.parentOf(category, id) !== null);

/** The path of the field in which a line names a parent. */
export const referenceField = (envelope: Envelope, { category }: Reference): string =>
  `data.${category === "client" && "purchase_clients" in (envelope.body.data as object) ? "purchase_clients" : CATEGORIES[category].idField}`;
