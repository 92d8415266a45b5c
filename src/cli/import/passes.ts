import { createHash } from "node:crypto";
import { stringifyJson } from "../../contract/json.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { CommandFailure } from "../failure.ts";
import type { Service } from "../service.ts";
import { type LineAnswer, sendBatch } from "./batch.ts";
import { type Checkpoint, type EventState, OUTCOME, type Outcome, STATE } from "./checkpoint.ts";
import { type Envelope, readEnvelope } from "./envelope.ts";
import type { LinePlace, Refusal } from "./line.ts";
import { IN_ORDER, laneKey, PASSES, referenceField, refusedParent } from "./prepare.ts";
import { Records } from "./records.ts";
import { type Existing, mayExist, reconcile } from "./upsert.ts";

const BATCH_LINES_MAX = 100;
const BATCH_BYTES_MAX = 1_000_000;

export interface SendingOptions {
  readonly service: Service;
  /** Whose lines are sent. */
  readonly tenant: string;
  readonly checkpoint: Checkpoint;
  readonly lanes: number;
  readonly inOrder: boolean;
  /** A record that exists gets what the file says differently. */
  readonly upsert: boolean;
  readonly stop: AbortSignal;
  /** Called with the number of further settled events, and how many of them are refused. */
  readonly settled: (lines: number, refused: number) => void;
}

interface Outgoing extends LinePlace {
  readonly text: string;
  readonly envelope: Envelope;
  readonly change: string | null;
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
  readonly #records: Records;
  #failure: CommandFailure | null = null;

  constructor(pass: number, options: SendingOptions) {
    this.#pass = pass;
    this.#options = options;
    this.#records = new Records(options.checkpoint);
    // Deletes go strictly from the last to the first.
    const strict = options.inOrder || pass === PASSES.deletes;
    this.#lanes = Array.from({ length: strict ? 1 : options.lanes }, () => new Lane());
  }

  async run(): Promise<Result<void, CommandFailure>> {
    const { tenant, checkpoint, inOrder, stop } = this.#options;
    const backwards = !inOrder && this.#pass === PASSES.deletes;
    for (const { key, body, ...event } of checkpoint.waiting(this.#pass, backwards)) {
      if (this.#failure) break;
      stop.throwIfAborted();
      const read = readEnvelope(body, tenant);
      if (!read.ok) throw new Error(`line ${event.line} was readable when it was stored`);
      await this.#enqueue({ ...event, text: withKey(body, key, read.value), envelope: read.value });
    }
    for (const lane of this.#lanes) this.#flush(lane);
    await Promise.all(this.#lanes.map(({ sending }) => sending));
    return this.#failure ? err(this.#failure) : ok(undefined);
  }

  async #enqueue(outgoing: Outgoing): Promise<void> {
    const { settled } = this.#options;
    const parent =
      outgoing.envelope.step === "delete" ? null : refusedParent(outgoing.envelope, this.#records);
    if (parent) {
      const message = `The ${parent.category} ${parent.id} was refused.`;
      const field = referenceField(outgoing.envelope, parent);
      const refusal: Refusal = {
        status: null,
        code: "parent_refused",
        errors: [{ field, code: "unknown_reference", message }],
      };
      this.#settle(outgoing, STATE.parentRefused, { refusal });
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
    const digest = createHash("sha256").update(laneKey(envelope, this.#records)).digest();
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
      const texts = lines.map(({ text }) => text);
      const sent = await sendBatch(service, texts, stop);
      const found = sent.ok ? await this.#reconciled(lines, sent.value) : sent;
      if (!found.ok) {
        this.#failure ??= found.error;
        return;
      }
      checkpoint.transaction(() => {
        for (const [index, line] of lines.entries()) {
          const { answer, outcome } = found.value[index] ?? {};
          if (answer?.kind === "in") this.#settle(line, STATE.done, { outcome });
          else if (answer) this.#settle(line, this.#refusedState(line), { refusal: answer.refusal });
        }
      });
      settled(lines.length, found.value.filter(({ answer }) => answer?.kind === "refused").length);
    } catch (error) {
      // Stopped while it waited: the next run settles what was sent.
      if (!stop.aborted) throw error;
    }
  }

  /** The answers with their outcomes; with `--upsert` after records that exist have got what differs. */
  async #reconciled(
    lines: readonly Outgoing[],
    answers: readonly LineAnswer[],
  ): Promise<Result<readonly Settled[], CommandFailure>> {
    const { service, stop, upsert } = this.#options;
    const existing = new Map<number, Existing>();
    for (const [index, { envelope, change }] of lines.entries()) {
      const answer = answers[index];
      if (upsert && envelope.step === "create" && envelope.id !== "" && mayExist(answer)) {
        existing.set(index, { envelope, change, answer });
      }
    }
    const reconciled = await reconcile(service, [...existing.values()], stop);
    if (!reconciled.ok) return reconciled;
    return ok(
      lines.map(({ envelope }, index) => {
        const known = existing.get(index);
        return (
          (known && reconciled.value.get(known)) ?? {
            answer: answers[index],
            outcome: OUTCOMES[envelope.step],
          }
        );
      }),
    );
  }

  /** A refused delete that other lines of its record follow must not come after them in the next run. */
  #refusedState({ envelope }: Outgoing): EventState {
    const isLast = envelope.step !== "delete" || (!this.#options.inOrder && this.#pass === PASSES.deletes);
    return isLast ? STATE.refused : STATE.refusedForGood;
  }

  #settle(line: Outgoing, state: EventState, { refusal, outcome }: Settlement): void {
    const { category, id, step } = line.envelope;
    this.#options.checkpoint.settle(line, state, refusal ?? null, outcome);
    // A create that is refused because the record exists still gives its children a parent.
    if (step === "create")
      this.#records.settle(category, id, refusal === undefined || refusal.code === "already_exists");
  }
}

interface Settled {
  readonly answer: LineAnswer;
  readonly outcome: Outcome;
}

interface Settlement {
  readonly refusal?: Refusal;
  readonly outcome?: Outcome | undefined;
}

const OUTCOMES = { create: OUTCOME.created, update: OUTCOME.updated, delete: OUTCOME.deleted } as const;

/** A line of the batch: the envelope with its key. */
function withKey(text: string, key: string, { key: own, isForeign, body }: Envelope): string {
  if (isForeign) return stringifyJson({ idempotency_key: key, ...body });
  return own === null ? `{"idempotency_key":${JSON.stringify(key)},${text.slice(1)}` : text;
}
