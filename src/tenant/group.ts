import type { Switched } from "../domain/bookkeeping/switch.ts";
import { goesAlone } from "../domain/command.ts";
import type { Head, SeenEvent } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { NewErasure } from "../domain/erasure/erasure.ts";
import type { LedgerState } from "../domain/ledger/state.ts";
import { commit } from "../store/commit.ts";
import { classify, withDeadline } from "../store/d1/failure.ts";
import type { Session } from "../store/session.ts";
import { type GroundContext, loadFor, recall } from "./ground.ts";
import { type News, type Plan, planGroup } from "./plan.ts";
import { type GateTimings, type Submission, UNAVAILABLE, type Verdict } from "./submission.ts";
import {
  afterFailure,
  type FailedTry,
  FROM_LOAD,
  FROM_MEMORY,
  type Next,
  TRIES_MAX,
  type Try,
} from "./tries.ts";

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
  readonly switched: Switched | null;
  readonly erased: readonly NewErasure[];
  readonly timings: Omit<GateTimings, "queue">;
}

export interface GroupContext extends GroundContext {
  readonly open: () => Promise<Session>;
  /** True for a command whose caller waits no longer. It is answered, and not run. */
  readonly isLate: (submission: Submission) => boolean;
  /** Writes the event of a restore of D1, before anything else is written. */
  readonly recover: () => Promise<void>;
  /** Sees the last event of the log each time that it is read. */
  readonly onHead: (head: Head) => void;
  /** Keeps, before they are sent to D1, that sequences up to this one are used. */
  readonly reserve: (upto: number) => Promise<void>;
  /** True while records may still hold what an erasure takes from them. */
  readonly isErasing: () => boolean;
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
    const isMany = goesAlone(one.command, ledger);
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
  let restores = 0;
  for (let now = isWhole ? FROM_MEMORY : FROM_LOAD; ; ) {
    const tried = await tryPart(context, part, proposed, now);
    if (tried.kind === "unremembered") {
      now = FROM_LOAD;
      continue;
    }
    if (tried.kind === "restored") {
      restores += 1;
      if (restores > TRIES_MAX) return { kind: "gone" };
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
/** D1 was restored to an earlier time, and the log says so by now. */
const RESTORED = { kind: "restored" } as const;

/**
 * Decides and commits one part. A refusal is never decided from memory: no fence protects it, so it is confirmed by a
 * load.
 */
async function tryPart(
  context: GroupContext,
  part: Part,
  proposed: Set<string>,
  { on }: Try,
): Promise<Extract<Outcome, { kind: "settled" | "split" }> | typeof UNREMEMBERED | typeof RESTORED | Failed> {
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
    if (loaded.isRestored) {
      await context.recover();
      return RESTORED;
    }
    if (!isRecalled) context.onHead(loaded.head);
    const parts = apartFromMany(part, loaded.ledger);
    if (parts.length > 1) return { kind: "split", parts };
    // A bug shows again after the load, and is logged then.
    const onBug = isRecalled ? () => {} : (one: Submission, error: unknown) => logBug(context, one, error);
    const isErasing = context.isErasing();
    const plan = planGroup(loaded, part, {
      tenant: context.tenant,
      proposed,
      onBug,
      clock: start,
      isErasing,
    });
    if (isRecalled && plan.refusals > 0) return UNREMEMBERED;
    at = "commit";
    const decided = Date.now();
    if (plan.writes.events.length > 0) {
      await context.reserve(plan.head.sequence);
      await withDeadline(commit(session, context.tenant, plan.writes, loaded));
    }
    // What was decided on the mode before holds no longer, and what is about a person who is erased must go.
    if (plan.writes.switched || plan.writes.erasures.length > 0) memory.forget();
    else memory.learn(loaded, plan);
    const timings = { load: decided - start, commit: Date.now() - decided };
    return { kind: "settled", settled: settledBy(plan, session, timings) };
  } catch (error) {
    memory.forget();
    return { kind: "failed", failure: classify(error), at, error };
  }
}

function settledBy(plan: Plan, session: Session, timings: Settled["timings"]): Settled {
  const { verdicts, used, news, head, writes } = plan;
  const { switched, erasures: erased } = writes;
  return { verdicts, used, news, head, bookmark: session.bookmark(), switched, erased, timings };
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
  return { verdicts, used: [], news: null, head: null, bookmark: null, switched: null, erased: [], timings };
}
