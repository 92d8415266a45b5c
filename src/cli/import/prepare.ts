import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { ok, type Result } from "../../domain/core/result.ts";
import { CATEGORIES, REFERENCES } from "../../domain/tape/categories.ts";
import type { Category } from "../../domain/tape/fields.ts";
import type { CommandFailure } from "../failure.ts";
import type { Service } from "../service.ts";
import { type Checkpoint, OUTCOME, STATE } from "./checkpoint.ts";
import {
  derivedKey,
  type Envelope,
  envelopeHash,
  type LineRoute,
  type Reference,
  readEnvelope,
  schemaRefusal,
  withKey,
} from "./envelope.ts";
import type { LinePlace, SourceEvent, SourceLine } from "./line.ts";
import { forAll, liveRow } from "./live.ts";
import { Records } from "./records.ts";
import { type Source, sourceLines } from "./source.ts";
import { withoutChange } from "./upsert.ts";

/** The order of the passes: parents come before their children, and deletes after everything. */
export const PASSES = { clients: 1, disbursements: 2, children: 3, deletes: 4 } as const;
/** With `--in-order` every event has this pass. */
export const IN_ORDER = 1;

/** SHA-256 of a file's bytes. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

interface PrepareOptions {
  readonly tenant: string;
  readonly inOrder: boolean;
  readonly upsert: boolean;
  /** For `--dry-run`: applies the whole schema locally. */
  readonly checkAll: boolean;
}

const FLUSH_LINES = 5_000;
const READS_AT_ONCE = 8;
const PAGE_ROWS = 400;

/**
 * Reads all lines and stores their events, each with its pass and key. Refuses lines that cannot be sent at all. Some
 * amounts can be read only when the currency of their record is known: then the files are read twice. `service` is null
 * where nothing may be asked. Throws `Unreadable`.
 */
export async function prepare(
  source: Source,
  checkpoint: Checkpoint,
  options: PrepareOptions,
  service: { readonly service: Service; readonly stop: AbortSignal } | null,
): Promise<Result<void, CommandFailure>> {
  const records = new Records(checkpoint);
  await readAll(source, checkpoint, options);
  if (!records.hasAsked()) return ok(undefined);
  records.learnFromFiles();
  const learnt = service === null ? ok(undefined) : await learnFromService(records, service);
  if (!learnt.ok) return learnt;
  await readAll(source, checkpoint, options);
  return ok(undefined);
}

async function readAll(source: Source, checkpoint: Checkpoint, options: PrepareOptions): Promise<void> {
  checkpoint.clear();
  const records = new Records(checkpoint);
  const reader = new LineReader(checkpoint, records, options);
  const writing = checkpoint.begin();
  try {
    let count = 0;
    for await (const line of sourceLines(source, (category, id) => records.currencyOf(category, id))) {
      reader.read(line);
      count += 1;
      if (count % FLUSH_LINES === 0) writing.flush();
    }
    checkpoint.setMeta("unsent", JSON.stringify([...reader.unsent]));
    writing.end();
  } catch (error) {
    writing.undo();
    throw error;
  }
}

async function learnFromService(
  records: Records,
  { service, stop }: { readonly service: Service; readonly stop: AbortSignal },
): Promise<Result<void, CommandFailure>> {
  let after: readonly [string, string] = ["", ""];
  for (;;) {
    const page = records.unknown(after, PAGE_ROWS);
    const asked = await forAll(page, READS_AT_ONCE, async ([category, id]) => {
      const live = await liveRow(service, category, id, stop);
      if (!live.ok) return live;
      const currency = live.value?.currency;
      if (typeof currency === "string") records.learn(category, id, currency);
      return ok(undefined);
    });
    const last = page.at(-1);
    if (!asked.ok || last === undefined) return asked;
    after = last;
  }
}

/** Names the events that are left out, by kind; null if there are none. */
export function unsentText(checkpoint: Checkpoint): string | null {
  const kinds: readonly (readonly [string, number])[] = JSON.parse(checkpoint.meta("unsent") ?? "[]");
  if (kinds.length === 0) return null;
  const named = kinds.map(([kind, count]) => `${kind} (${count.toLocaleString("en-US")})`).join(", ");
  return `Not sent, because import sends only events of records: ${named}.`;
}

/** Stores the events of lines, in the order of the files. */
class LineReader {
  readonly #checkpoint: Checkpoint;
  readonly #records: Records;
  readonly #options: PrepareOptions;
  /** Most files have no delete, and then no record needs to be looked up for one. */
  #hasDeletes = false;
  /** How many events of each kind are left out, because no request can send them. */
  readonly unsent = new Map<string, number>();

  constructor(checkpoint: Checkpoint, records: Records, options: PrepareOptions) {
    this.#checkpoint = checkpoint;
    this.#records = records;
    this.#options = options;
  }

  read(source: SourceLine): void {
    const { file, line } = source;
    const rest = { pass: 0, route: null, body: null, change: null };
    if ("refusal" in source) {
      const { category, id, refusal } = source;
      const place = { file, line, event: 0, category, id };
      this.#checkpoint.addEvent({ ...place, ...rest, state: STATE.refusedHere }, refusal);
      return;
    }
    if (source.events.length === 0) {
      const place = { file, line, event: 0, category: null, id: null };
      this.#checkpoint.addEvent({ ...place, ...rest, state: STATE.done }, null);
      this.#checkpoint.settle(place, STATE.done, null, OUTCOME.unchanged);
    }
    for (const [event, made] of source.events.entries()) this.#readEvent({ file, line, event }, made);
  }

  #readEvent(place: LinePlace, { text, isShared }: SourceEvent): void {
    const { tenant, inOrder, upsert, checkAll } = this.#options;
    const whole = readEnvelope(text, tenant);
    const split = whole.ok && upsert && whole.value.step === "create" ? withoutChange(whole.value) : null;
    const read = split === null ? whole : readEnvelope(split.text, tenant);
    const fault = read.ok ? (checkAll ? schemaRefusal(read.value) : null) : read.error;
    if (fault && "unsent" in fault) {
      this.unsent.set(fault.unsent, (this.unsent.get(fault.unsent) ?? 0) + 1);
      return;
    }
    if (!read.ok || fault) {
      const subject = read.ok ? read.value : { category: null, id: null };
      const rest = { pass: 0, route: null, state: STATE.refusedHere, body: null, change: null };
      this.#checkpoint.addEvent(
        { ...place, category: subject.category, id: subject.id || null, ...rest },
        fault,
      );
      return;
    }
    const { category, id, step, references } = read.value;
    const hash = envelopeHash(tenant, read.value);
    const occurrence = isShared ? 1 : this.#checkpoint.countOccurrence(hash);
    const key = read.value.key ?? derivedKey(hash, occurrence);
    const pass = inOrder ? IN_ORDER : step === "delete" ? PASSES.deletes : passOf(category);
    if (step === "create" && id !== "") {
      const { currency } = read.value.body.data as { readonly currency?: unknown };
      const named = typeof currency === "string" ? currency : null;
      this.#records.add(category, id, laneOwner(read.value), named);
    }
    // Lines of one record keep their order: a delete that others follow is not one of the last things to be done.
    if (this.#hasDeletes) this.#checkpoint.moveDelete(category, id, passOf(category));
    const body = withKey(split?.text ?? text, key, read.value);
    const event = { ...place, pass, state: STATE.waiting, category, id, route: { step, references }, body };
    this.#checkpoint.addEvent({ ...event, change: split?.change ?? null }, null);
    if (step === "delete" && !inOrder) {
      this.#checkpoint.addDelete(place, category, id);
      this.#hasDeletes = true;
    }
  }
}

function passOf(category: Category): number {
  const refersTo = (other: Category) => REFERENCES[category].some((one) => one.category === other);
  if (refersTo("disbursement")) return PASSES.children;
  return refersTo("client") ? PASSES.disbursements : PASSES.clients;
}

/** The disbursement whose lane a record's lines use, else the record itself. */
function laneOwner({ category, id, references }: LineRoute): string {
  const parent = references.find((reference) => reference.category === "disbursement");
  return category === "disbursement" ? id : (parent?.id ?? id);
}

/** Lines with the same lane key keep their order: those of one disbursement, or of one client. */
export function laneKey(route: LineRoute, records: Records): string {
  const { category, id } = route;
  if (category === "client") return `client ${id}`;
  // The first create in the files says the lane: a record may be created anew under another disbursement.
  return `disbursement ${records.parentOf(category, id) ?? laneOwner(route)}`;
}

/** The first parent of a line whose own create was refused. */
export const refusedParent = ({ references }: LineRoute, records: Records): Reference | null =>
  references.find(({ category, id }) => records.isRefused(category, id)) ?? null;

/** True if the files hold the create of every parent that the line names. */
export const hasParentsHere = ({ references }: LineRoute, records: Records): boolean =>
  references.every(({ category, id }) => records.parentOf(category, id) !== null);

/** The path of the field in which a line names a parent. */
export const referenceField = (envelope: Envelope, { category }: Reference): string =>
  `data.${category === "client" && "purchase_clients" in (envelope.body.data as object) ? "purchase_clients" : CATEGORIES[category].idField}`;
