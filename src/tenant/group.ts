import { isBooked } from "../domain/bookkeeping/booked.ts";
import { lacksLoan } from "../domain/bookkeeping/decide.ts";
import { addNeeds, type Command, noNeeds, touchesManyLoans } from "../domain/command.ts";
import type { Head, SeenEvent } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { LedgerState } from "../domain/ledger/state.ts";
import { commit } from "../store/commit.ts";
import { classify, withDeadline } from "../store/d1/failure.ts";
import { type Loaded, load } from "../store/load.ts";
import type { Session } from "../store/session.ts";
import type { GateMemory } from "./memory.ts";
import { type News, type Plan, planGroup } from "./plan.ts";
import { type GateTimings, type Submission, UNAVAILABLE, type Verdict } from "./submission.ts";
import { afterFailure, type FailedTry, FROM_LOAD, FROM_MEMORY, type Next, type Try } from "./tries.ts";

const BACKOFF_MS = 50;
/** A group that is taken apart fails at most this often before D1 counts as gone. */
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
  readonly timings: Omit<GateTimings, "queue">;
}

export interface GroupContext {
  readonly tenant: string;
  readonly open: () => Promise<Session>;
  readonly memory: GateMemory;
  /** True for a command whose caller waits no longer. It is answered, and not run. */
  readonly isLate: (submission: Submission) => boolean;
  /** Sees the last event of the log each time that it is read. */
  readonly onHead: (head: Head) => void;
  readonly log: (entry: Record<string, unknown>) => void;
}

type Part = readonly Submission[];

/** What became of one part of a group. */
type Outcome =
  | { readonly kind: "settled"; readonly settled: Settled }
  /** Some command of it touches many loans, as only the load could tell, and goes alone. */
  | { readonly kind: "split"; readonly parts: readonly Part[] }
  | Exclude<Next, { kind: "again" }>;

/**
 * Loads, decides and commits one group of submissions with distinct keys. A group that D1 does not take is halved until
 * the poisonous command is alone and fails alone; each part is handed out as soon as it is settled.
 */
export async function* settleGroup(context: GroupContext, group: Part): AsyncGenerator<Settled> {
  const proposed = new Set<string>();
  const parts: Part[] = [group];
  let failures = 0;
  for (let next = parts.shift(); next; next = parts.shift()) {
    const { late = [], part = [] } = Object.groupBy(next, (one) => (context.isLate(one) ? "late" : "part"));
    if (late.length > 0) yield allRejected(late, UNAVAILABLE);
    if (part.length === 0) continue;
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

/** Tries one part until it is settled or must be taken apart, or D1 is gone. */
async function settlePart(
  context: GroupContext,
  part: Part,
  proposed: Set<string>,
  isWhole: boolean,
): Promise<Outcome> {
  for (let now = isWhole ? FROM_MEMORY : FROM_LOAD; ; ) {
    const tried = await tryPart(context, part, proposed, now);
    if (tried.kind === "unremembered") {
      now = FROM_LOAD;
      continue;
    }
    if (tried.kind !== "failed") return tried;
    const then = afterFailure(now, tried, { commands: part.length, isWhole });
    // A void commit from memory says only that the gate must load.
    const isVoid = then.kind === "again" && then.next.count === now.count;
    if (!isVoid) logFailure(context, part, tried, { attempt: now.count, isLast: then.kind !== "again" });
    if (then.kind !== "again") return then;
    if (part.every(context.isLate)) return { kind: "rejected", problem: UNAVAILABLE };
    now = then.next;
    if (tried.failure === "lost" || tried.failure === "unknown") await scheduler.wait(BACKOFF_MS * now.count);
  }
}

interface Failed extends FailedTry {
  readonly kind: "failed";
  readonly error: unknown;
}

/** Only a load can decide the part: the gate does not remember what it needs, or would refuse some of it. */
const UNREMEMBERED = { kind: "unremembered" } as const;

/**
 * Decides and commits one part. A refusal is never decided from memory: no fence protects it, so it is confirmed by a
 * load.
 */
async function tryPart(
  context: GroupContext,
  part: Part,
  proposed: Set<string>,
  { on }: Try,
): Promise<Extract<Outcome, { kind: "settled" | "split" }> | typeof UNREMEMBERED | Failed> {
  const { memory } = context;
  const isRecalled = on === "memory";
  let at: FailedTry["at"] = "load";
  const start = Date.now();
  try {
    const session = await context.open();
    const loaded = isRecalled
      ? recall(context, part, start)
      : await withDeadline(loadFor(context, session, part, start));
    if (!loaded) return UNREMEMBERED;
    if (!isRecalled) context.onHead(loaded.head);
    const parts = apartFromMany(part, loaded.ledger);
    if (parts.length > 1) return { kind: "split", parts };
    // A bug shows again after the load, and is logged then.
    const onBug = isRecalled ? () => {} : (one: Submission, error: unknown) => logBug(context, one, error);
    const plan = planGroup(loaded, part, { proposed, onBug, clock: start });
    if (isRecalled && plan.refusals > 0) return UNREMEMBERED;
    at = "commit";
    const decided = Date.now();
    if (plan.writes.events.length > 0) {
      await withDeadline(commit(session, context.tenant, plan.writes, loaded));
    }
    memory.learn(loaded, plan);
    const timings = { load: decided - start, commit: Date.now() - decided };
    return { kind: "settled", settled: settledBy(plan, session, timings) };
  } catch (error) {
    memory.forget();
    return { kind: "failed", failure: classify(error), at, error };
  }
}

function settledBy(plan: Plan, session: Session, timings: Settled["timings"]): Settled {
  const { verdicts, used, news, head } = plan;
  return { verdicts, used, news, head, bookmark: session.bookmark(), timings };
}

/** What the part needs, if it is all remembered. A command that throws here does so again after the load, where it fails by itself. */
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

/**
 * Loads what the part needs. Loads once more where the gate did not know that bookkeeping is on, and for a payment of a
 * loan that the books do not have yet: only the loaded payment names it.
 */
async function loadFor(context: GroupContext, { db }: Session, part: Part, now: number): Promise<Loaded> {
  const needs = noNeeds();
  for (const { command } of part) addNeeds(needs, command, now);
  const keys = part.map(({ key }) => key);
  for (let withBooks = context.memory.mayBook; ; withBooks = true) {
    const loaded = await load(db, context.tenant, { keys, needs, withBooks });
    if (loaded.books.mode === "off") return loaded;
    const lacking = part.flatMap(({ command }) => lackingLoan(loaded, command) ?? []);
    if (withBooks && lacking.length === 0) return loaded;
    for (const id of lacking) needs.books.loans.add(id);
  }
}

/** The disbursement whose loan is needed to book the command's record, and was not loaded. */
function lackingLoan(loaded: Loaded, command: Command): string | null {
  if (command.type !== "ingest" && command.type !== "opening") return null;
  return isBooked(command.category) ? lacksLoan(loaded, command.category, command.id) : null;
}

function logFailure(
  context: GroupContext,
  part: Part,
  { failure, error }: Failed,
  { attempt, isLast }: { readonly attempt: number; readonly isLast: boolean },
): void {
  // A fence that holds is no failure: the part is decided again on what the other writer wrote.
  const isFence = failure === "fenced" && !isLast;
  context.log({
    ...(isFence ? { level: "info", message: "another writer was faster" } : { message: "group failed" }),
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
