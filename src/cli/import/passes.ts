import { createHash } from "node:crypto";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { CommandFailure } from "../failure.ts";
import type { Service } from "../service.ts";
import { sendBatch } from "./batch.ts";
import { type Checkpoint, STATE } from "./checkpoint.ts";
import { type Envelope, readEnvelope } from "./envelope.ts";
import type { LinePlace, Refusal } from "./line.ts";
import {
  IN_ORDER,
  laneKey,
  PASSES,
  referenceField,
  refusedParent,
  type Source,
  sourceLines,
} from "./prepare.ts";

const BATCH_LINES_MAX = 100;
const BATCH_BYTES_MAX = 1_000_000;

export interface SendingOptions {
  readonly service: Service;
  readonly source: Source;
  readonly checkpoint: Checkpoint;
  readonly lanes: number;
  readonly inOrder: boolean;
  readonly stop: AbortSignal;
  /** Called with the number of further settled lines, and how many of them are refused. */
  readonly settled: (lines: number, refused: number) => void;
}

interface Outgoing extends LinePlace {
  readonly text: string;
  readonly envelope: Envelope;
}

/** One of several parallel senders: it sends its lines in order, one batch at a time. */
class Lane {
  waiting: Outgoing[] = [];
  bytes = 0;
  sending: Promise<void> = Promise.resolve();
}

/** Sends every waiting line, pass by pass. */
export async function sendAll(options: SendingOptions): Promise<Result<void, CommandFailure>> {
  const passes = options.inOrder ? [IN_ORDER] : Object.values(PASSES);
  for (const pass of passes) {
    const waiting = options.checkpoint.count([STATE.waiting], pass);
    if (waiting === 0) continue;
    // No more lanes than the lines fill batches.
    const lanes = Math.min(options.lanes, Math.ceil(waiting / BATCH_LINES_MAX));
    const sent = await new Pass(pass, { ...options, lanes }).run();
    if (!sent.ok) return sent;
  }
  return ok(undefined);
}

class Pass {
  readonly #pass: number;
  readonly #options: SendingOptions;
  readonly #lanes: readonly Lane[];
  #failure: CommandFailure | null = null;

  constructor(pass: number, options: SendingOptions) {
    this.#pass = pass;
    this.#options = options;
    // Deletes go strictly from the last to the first.
    const strict = options.inOrder || pass === PASSES.deletes;
    this.#lanes = Array.from({ length: strict ? 1 : options.lanes }, () => new Lane());
  }

  async run(): Promise<Result<void, CommandFailure>> {
    for await (const { file, line, text, key } of this.#waitingLines()) {
      if (this.#failure) break;
      this.#options.stop.throwIfAborted();
      const read = readEnvelope(text);
      // The line was readable when the files were prepared, and they have not changed since.
      if (!read.ok) throw new Error(`line ${line} has changed while it was imported`);
      await this.#enqueue({ file, line, text: withKey(text, key, read.value), envelope: read.value });
    }
    for (const lane of this.#lanes) this.#flush(lane);
    await Promise.all(this.#lanes.map(({ sending }) => sending));
    return this.#failure ? err(this.#failure) : ok(undefined);
  }

  async *#waitingLines(): AsyncGenerator<LinePlace & { readonly text: string; readonly key: string }> {
    const { checkpoint, source, inOrder } = this.#options;
    if (!inOrder && this.#pass === PASSES.deletes) {
      for (const { file, line, key, body } of checkpoint.waitingBackwards(this.#pass)) {
        yield { file, line, key, text: body };
      }
      return;
    }
    for await (const line of sourceLines(source)) {
      const known = checkpoint.line(line);
      if (known?.pass !== this.#pass || known.state !== STATE.waiting || !("text" in line)) continue;
      yield { file: line.file, line: line.line, key: known.key, text: line.text };
    }
  }

  async #enqueue(outgoing: Outgoing): Promise<void> {
    const { checkpoint, settled } = this.#options;
    const parent = outgoing.envelope.step === "delete" ? null : refusedParent(outgoing.envelope, checkpoint);
    if (parent) {
      const message = `The ${parent.category} ${parent.id} was refused.`;
      const field = referenceField(outgoing.envelope, parent);
      const refusal: Refusal = {
        status: null,
        code: "parent_refused",
        errors: [{ field, code: "unknown_reference", message }],
      };
      this.#settle(outgoing, refusal, STATE.parentRefused);
      settled(1, 1);
      return;
    }
    const lane = this.#laneOf(outgoing.envelope);
    const bytes = Buffer.byteLength(outgoing.text) + 1;
    const full = lane.waiting.length >= BATCH_LINES_MAX || lane.bytes + bytes > BATCH_BYTES_MAX;
    if (full) {
      await lane.sending;
      this.#flush(lane);
    }
    lane.waiting.push(outgoing);
    lane.bytes += bytes;
  }

  #laneOf(envelope: Envelope): Lane {
    const digest = createHash("sha256").update(laneKey(envelope, this.#options.checkpoint)).digest();
    const lane = this.#lanes[digest.readUInt32BE(0) % this.#lanes.length];
    if (!lane) throw new Error("an import has at least one lane");
    return lane;
  }

  #flush(lane: Lane): void {
    const lines = lane.waiting;
    lane.waiting = [];
    lane.bytes = 0;
    if (lines.length > 0) lane.sending = lane.sending.then(() => this.#send(lines));
  }

  async #send(lines: readonly Outgoing[]): Promise<void> {
    if (this.#failure) return;
    const { service, checkpoint, stop, settled } = this.#options;
    try {
      const sent = await sendBatch(
        service,
        lines.map(({ text }) => text),
        stop,
      );
      if (!sent.ok) {
        this.#failure ??= sent.error;
        return;
      }
      checkpoint.transaction(() => {
        for (const [index, line] of lines.entries()) {
          const answer = sent.value[index];
          if (answer) this.#settle(line, answer.kind === "in" ? null : answer.refusal, STATE.refused);
        }
      });
      settled(lines.length, sent.value.filter((answer) => answer?.kind === "refused").length);
    } catch (error) {
      // Stopped while it waited: the next run settles what was sent.
      if (!stop.aborted) throw error;
    }
  }

  #settle(
    line: Outgoing,
    refusal: Refusal | null,
    state: typeof STATE.refused | typeof STATE.parentRefused,
  ): void {
    const { checkpoint } = this.#options;
    const { category, id, step } = line.envelope;
    checkpoint.settle(line, refusal ? state : STATE.done, refusal);
    // A create that is refused because the record exists still gives its children a parent.
    if (step === "create")
      checkpoint.settleRecord(category, id, !refusal || refusal.code === "already_exists");
  }
}

/** A line of the batch: the envelope with its key. */
function withKey(text: string, key: string, { key: own }: Envelope): string {
  return own === null ? `{"idempotency_key":${JSON.stringify(key)},${text.slice(1)}` : text;
}
