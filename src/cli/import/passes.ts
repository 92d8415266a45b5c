import { hash } from "node:crypto";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { CommandFailure } from "../failure.ts";
import type { Service } from "../service.ts";
import { type LineAnswer, sendBatch } from "./batch.ts";
import {
  type Checkpoint,
  type EventState,
  OUTCOME,
  type Outcome,
  STATE,
  type WaitingEvent,
} from "./checkpoint.ts";
import { type Envelope, type LineRoute, readEnvelope } from "./envelope.ts";
import type { Refusal } from "./line.ts";
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

/** Batches that a lane may have ready or under way: while one lane waits for its own, the others have lines. */
const LANE_BATCHES_MAX = 2;

/** One of several parallel senders: it sends its lines in order, one batch at a time. */
class Lane {
  waiting: WaitingEvent[] = [];
  bytes = 0;
  /** The ends of the batches that are sent or read ahead, in their order. */
  batches: Promise<void>[] = [];
}

/** Sends every waiting line, pass by pass; `counts` says how many wait in each. */
export async function sendAll(
  counts: ReadonlyMap<number, number>,
  options: SendingOptions,
): Promise<Result<void, CommandFailure>> {
  const passes = options.inOrder ? [IN_ORDER] : Object.values(PASSES);
  for (const pass of passes) {
    const waiting = counts.get(pass) ?? 0;
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
    const { checkpoint, inOrder, stop } = this.#options;
    const backwards = !inOrder && this.#pass === PASSES.deletes;
    for (const event of checkpoint.waiting(this.#pass, backwards)) {
      if (this.#failure) break;
      stop.throwIfAborted();
      await this.#enqueue(event);
    }
    for (const lane of this.#lanes) this.#flush(lane);
    await Promise.all(this.#lanes.flatMap(({ batches }) => batches));
    return this.#failure ? err(this.#failure) : ok(undefined);
  }

  #envelopeOf({ body, line }: WaitingEvent): Envelope {
    const read = readEnvelope(body, this.#options.tenant);
    if (!read.ok) throw new Error(`line ${line} was readable when it was stored`);
    return read.value;
  }

  async #enqueue(outgoing: WaitingEvent): Promise<void> {
    const { settled } = this.#options;
    const parent = outgoing.step === "delete" ? null : refusedParent(outgoing, this.#records);
    if (parent) {
      const message = `The ${parent.category} ${parent.id} was refused.`;
      const field = referenceField(this.#envelopeOf(outgoing), parent);
      const refusal: Refusal = {
        status: null,
        code: "parent_refused",
        errors: [{ field, code: "unknown_reference", message }],
      };
      this.#settle(outgoing, STATE.parentRefused, { refusal });
      settled(1, 1);
      return;
    }
    const lane = this.#laneOf(outgoing);
    const bytes = Buffer.byteLength(outgoing.body) + 1;
    const full = lane.waiting.length >= BATCH_LINES_MAX || lane.bytes + bytes > BATCH_BYTES_MAX;
    if (full) {
      this.#flush(lane);
      // The lines of a single lane see what became of those before them.
      if (lane.batches.length > (this.#lanes.length > 1 ? LANE_BATCHES_MAX : 1)) await lane.batches.shift();
    }
    lane.waiting.push(outgoing);
    lane.bytes += bytes;
  }

  #laneOf(route: LineRoute): Lane {
    const digest = hash("sha256", laneKey(route, this.#records), "hex");
    const lane = this.#lanes[Number.parseInt(digest.slice(0, 8), 16) % this.#lanes.length];
    if (!lane) throw new Error("an import has at least one lane");
    return lane;
  }

  #flush(lane: Lane): void {
    const lines = lane.waiting;
    lane.waiting = [];
    lane.bytes = 0;
    if (lines.length === 0) return;
    const before = lane.batches.at(-1) ?? Promise.resolve();
    lane.batches.push(before.then(() => this.#send(lines)));
  }

  async #send(lines: readonly WaitingEvent[]): Promise<void> {
    if (this.#failure) return;
    const { service, checkpoint, stop, settled } = this.#options;
    try {
      const texts = lines.map(({ body }) => body);
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
    lines: readonly WaitingEvent[],
    answers: readonly LineAnswer[],
  ): Promise<Result<readonly Settled[], CommandFailure>> {
    const { service, stop, upsert } = this.#options;
    const existing = new Map<number, Existing>();
    for (const [index, line] of lines.entries()) {
      const answer = answers[index];
      if (upsert && line.step === "create" && line.id !== "" && mayExist(answer)) {
        existing.set(index, { envelope: this.#envelopeOf(line), change: line.change, answer });
      }
    }
    const reconciled = await reconcile(service, [...existing.values()], stop);
    if (!reconciled.ok) return reconciled;
    return ok(
      lines.map(({ step }, index) => {
        const known = existing.get(index);
        return (
          (known && reconciled.value.get(known)) ?? {
            answer: answers[index],
            outcome: OUTCOMES[step],
          }
        );
      }),
    );
  }

  /** A refused delete that other lines of its record follow must not come after them in the next run. */
  #refusedState({ step }: WaitingEvent): EventState {
    const isLast = step !== "delete" || (!this.#options.inOrder && this.#pass === PASSES.deletes);
    return isLast ? STATE.refused : STATE.refusedForGood;
  }

  #settle(line: WaitingEvent, state: EventState, { refusal, outcome }: Settlement): void {
    const { category, id, step } = line;
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
