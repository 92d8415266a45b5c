import { isBooked } from "../domain/bookkeeping/booked.ts";
import { lacksLoan } from "../domain/bookkeeping/decide.ts";
import { addNeeds, type Command, noNeeds, touchesManyLoans } from "../domain/command.ts";
import type { Head, SeenEvent } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { LedgerState } from "../domain/ledger/state.ts";
import { commit } from "../store/commit.ts";
import { classify, type D1Failure, withDeadline } from "../store/d1/failure.ts";
import { type Loaded, load } from "../store/load.ts";
import type { Session } from "../store/session.ts";
import type { GateMemory } from "./memory.ts";
import { type News, planGroup } from "./plan.ts";
import { INTERNAL, type Submission, type Verdict } from "./submission.ts";

/** Tries at one group when D1 fails in a way that may pass; each starts by reading what is there. */
const ATTEMPTS_MAX = 3;
const BACKOFF_MS = 50;
/** A group that is taken apart fails at most so many times before D1 counts as gone. */
const FAILURES_MAX = 40;
const LOGGED_MAX = 20;

/** The verdicts on one part of a group by idempotency key, and the events that hold its keys now. */
export interface Settled {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly used: readonly SeenEvent[];
  readonly news: News;
  /** The last event of the log; null when nothing was read. */
  readonly head: Head | null;
  readonly bookmark: string | null;
  readonly timings: { readonly load: number; readonly commit: number };
}

export interface GroupContext {
  readonly tenant: string;
  readonly open: () => Promise<Session>;
  readonly memory: GateMemory;
  /** Sees the last event of the log each time that it is read. */
  readonly onHead: (head: Head) => void;
  readonly log: (entry: Record<string, unknown>) => void;
}

export const UNAVAILABLE: Problem = {
  code: "unavailable",
  detail:
    "The database did not answer. Retry with the same Idempotency-Key. The event will not be stored twice.",
};

type Part = readonly Submission[];

/** What became of one part of a group. */
type Outcome =
  | { readonly kind: "settled"; readonly settled: Settled }
  /** Some command of it touches many loans, as only the load could tell, and goes alone. */
  | { readonly kind: "split"; readonly parts: readonly Part[] }
  /** Some command of it cannot be stored, and which one is not known. */
  | { readonly kind: "apart" }
  | { readonly kind: "rejected"; readonly problem: Problem }
  /** D1 answers nobody at the moment. */
  | { readonly kind: "gone" };

/**
 * Loads, decides and commits one group of submissions with distinct keys. A group that D1 does not take is halved until
 * the poisonous command stands alone and fails alone; each part is handed out as soon as it is settled.
 */
export async function* settleGroup(context: GroupContext, group: Part): AsyncGenerator<Settled> {
  const proposed = new Set<string>();
  const parts: Part[] = [group];
  let failures = 0;
  for (let part = parts.shift(); part; part = parts.shift()) {
    const outcome = await settlePart(context, part, proposed, failures === 0);
    if (outcome.kind === "settled") {
      yield outcome.settled;
      continue;
    }
    if (outcome.kind === "split") {
      parts.unshift(...outcome.parts);
      continue;
    }
    failures += 1;
    if (outcome.kind === "rejected") yield allRejected(part, outcome.problem);
    if (outcome.kind === "apart") parts.unshift(...halvesOf(part));
    // Waiting for D1 once more for each part that is left would have no bound.
    if (outcome.kind === "gone") parts.unshift(part);
    if (outcome.kind === "gone" || failures > FAILURES_MAX) {
      yield allRejected(parts.flat(), UNAVAILABLE);
      return;
    }
  }
}

function halvesOf(part: Part): readonly Part[] {
  const middle = Math.ceil(part.length / 2);
  return [part.slice(0, middle), part.slice(middle)];
}

/** The part in pieces, in order: each command that touches many loans alone. */
function apartFromMany(part: Part, ledger: LedgerState): readonly Part[] {
  const pieces: Submission[][] = [];
  let isOpen = false;
  for (const one of part) {
    const isMany = touchesManyLoans(one.command, ledger);
    if (isOpen && !isMany) pieces.at(-1)?.push(one);
    else pieces.push([one]);
    isOpen = !isMany;
  }
  return pieces;
}

/**
 * Tries one part. After a failure whose outcome is unknown it reads back by key before it decides anything again; the
 * sequence fences a write that still is under way.
 */
async function settlePart(
  context: GroupContext,
  part: Part,
  proposed: Set<string>,
  isWhole: boolean,
): Promise<Outcome> {
  let maybeWritten = false;
  let fromMemory = isWhole;
  for (let attempt = 1; ; attempt += 1) {
    const tried = await tryPart(context, part, proposed, fromMemory && attempt === 1);
    if (tried.kind !== "failed") return tried;
    const { failure, at } = tried;
    if (at === "memory" && isVoid(failure)) {
      // The memory was behind, or took a record for absent that is there. Nothing was written: load, and decide again.
      fromMemory = false;
      attempt -= 1;
      continue;
    }
    logFailure(context, part, tried, attempt);
    switch (failure) {
      case "fenced":
        // Another writer was faster. The next attempt loads and decides on what it wrote.
        if (attempt >= ATTEMPTS_MAX) return { kind: "gone" };
        continue;
      case "overloaded":
        return { kind: "gone" };
      case "refused":
        if (part.length > 1) return { kind: "apart" };
        return { kind: "rejected", problem: maybeWritten ? UNAVAILABLE : INTERNAL };
      case "lost":
        if (attempt >= ATTEMPTS_MAX) return { kind: "gone" };
        break;
      case "unknown":
        if (!isWhole || attempt >= ATTEMPTS_MAX) return afterUnknown(part, at);
    }
    maybeWritten = true;
    await scheduler.wait(BACKOFF_MS * (attempt + 1));
  }
}

const isVoid = (failure: D1Failure): boolean => failure === "fenced" || failure === "refused";

/** D1 answers reads and keeps failing at this part's commit: what the part holds may be the cause. */
function afterUnknown(part: Part, at: Failed["at"]): Outcome {
  if (at === "load") return { kind: "gone" };
  return part.length > 1 ? { kind: "apart" } : { kind: "rejected", problem: UNAVAILABLE };
}

interface Failed {
  readonly kind: "failed";
  readonly failure: D1Failure;
  /** `memory`: a commit of what was decided without a load. */
  readonly at: "memory" | "load" | "commit";
  readonly error: unknown;
}

/**
 * Decides and commits one part, from memory if all that it needs is remembered, else after a load. A refusal is never
 * decided from memory: no fence protects it, so it is confirmed by a load.
 */
async function tryPart(
  context: GroupContext,
  part: Part,
  proposed: Set<string>,
  fromMemory: boolean,
): Promise<Extract<Outcome, { kind: "settled" | "split" }> | Failed> {
  const { memory } = context;
  let at: Failed["at"] = "memory";
  const start = Date.now();
  try {
    const session = await context.open();
    let loaded = fromMemory ? recall(context, part, start) : null;
    // A bug shows again after the load, and is logged then.
    let plan = loaded && planGroup(loaded, part, { proposed, onBug: () => {}, clock: start });
    if (!loaded || !plan || plan.refusals > 0) {
      at = "load";
      loaded = await withDeadline(loadFor(context, session, part, start));
      context.onHead(loaded.head);
      const parts = apartFromMany(part, loaded.ledger);
      if (parts.length > 1) return { kind: "split", parts };
      plan = planGroup(loaded, part, {
        proposed,
        onBug: (one, error) => logBug(context, one, error),
        // The clock of the needs: the load found the books from this day on.
        clock: start,
      });
      at = "commit";
    }
    const decided = Date.now();
    if (plan.writes.events.length > 0) {
      const { head, books } = loaded;
      await withDeadline(commit(session, context.tenant, plan.writes, head, books));
    }
    memory.learn(loaded, plan);
    const timings = { load: decided - start, commit: Date.now() - decided };
    const { verdicts, used, news, head } = plan;
    const bookmark = session.bookmark();
    return { kind: "settled", settled: { verdicts, used, news, head, bookmark, timings } };
  } catch (error) {
    memory.forget();
    return { kind: "failed", failure: classify(error), at, error };
  }
}

/** What the part needs, if it is all remembered. A command that throws here does so again where it is told apart. */
function recall({ memory }: GroupContext, part: Part, now: number): Loaded | null {
  try {
    return memory.recall(
      part.map(({ command }) => command),
      now,
    );
  } catch {
    return null;
  }
}

async function loadFor(context: GroupContext, { db }: Session, part: Part, now: number): Promise<Loaded> {
  const needs = noNeeds();
  for (const { command } of part) addNeeds(needs, command, now);
  const keys = part.map(({ key }) => key);
  const read = (withBooks: boolean) => load(db, context.tenant, keys, needs, withBooks);
  const { mayBook } = context.memory;
  let loaded = await read(mayBook);
  if (loaded.books.mode === "off") return loaded;
  // Bookkeeping was switched on, and this gate did not know.
  if (!mayBook) loaded = await read(true);
  const unasked = part.flatMap(({ command }) => loanToAskFor(loaded, command) ?? []);
  if (unasked.length === 0) return loaded;
  for (const id of unasked) needs.books.loans.add(id);
  return read(true);
}

/** A payment's loan that nothing was booked of yet is found by its name, which only the loaded payment tells. */
function loanToAskFor(loaded: Loaded, command: Command): string | null {
  if (command.type !== "ingest" && command.type !== "opening") return null;
  return isBooked(command.category) ? lacksLoan(loaded, command.category, command.id) : null;
}

function logFailure(context: GroupContext, part: Part, { failure, error }: Failed, attempt: number): void {
  context.log({
    message: "group failed",
    attempt,
    failure,
    error: causeOf(error),
    commands: part.length,
    trace_ids: part.slice(0, LOGGED_MAX).map(({ trace_id }) => trace_id),
  });
}

function logBug(context: GroupContext, { trace_id }: Submission, error: unknown): void {
  context.log({ message: "decide failed", trace_id, error: causeOf(error) });
}

function allRejected(part: Part, problem: Problem): Settled {
  const verdicts = new Map(part.map(({ key }) => [key, { kind: "rejected", problem } as const]));
  const timings = { load: 0, commit: 0 };
  return { verdicts, used: [], news: null, head: null, bookmark: null, timings };
}
