import { addNeeds, noNeeds, noWrites, type Writes } from "../domain/command.ts";
import type { Event, Stamp } from "../domain/core/event.ts";
import { EVENT_ID_RANDOM_BYTES, eventId } from "../domain/core/event-id.ts";
import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { decideLedger } from "../domain/ledger/decide.ts";
import { applyPosted, ledgerEvent } from "../domain/ledger/writes.ts";
import { decide } from "../domain/tape/decide.ts";
import { applyEffects, ingestEvent } from "../domain/tape/writes.ts";
import { isWanted } from "../fanout/projections.ts";
import { commit } from "../store/commit.ts";
import { classify, withDeadline } from "../store/d1/failure.ts";
import type { Session } from "../store/d1/session.ts";
import { type Loaded, load, type SeenEvent } from "../store/load.ts";
import type { UsedKey } from "./key-store.ts";
import type { Answer, Submission, Verdict } from "./submission.ts";

/** Tries at one group when D1 fails in a way that may pass; each starts by reading what is there. */
const ATTEMPTS_MAX = 3;
const BACKOFF_MS = 50;

/** The group's verdicts by idempotency key, and the keys that are used up now. */
export interface Settled {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly used: readonly UsedKey[];
  /** The sequence of the last new event that makes history, if any does, and its trace. */
  readonly history: { readonly upto: number; readonly traceparent: string } | null;
  readonly bookmark: string | null;
  readonly timings: { readonly load: number; readonly commit: number };
}

export interface GroupContext {
  readonly tenant: string;
  readonly open: () => Session;
  readonly log: (entry: Record<string, unknown>) => void;
}

export const UNAVAILABLE: Problem = {
  code: "unavailable",
  detail:
    "The database did not answer. Retry with the same Idempotency-Key. The event will not be stored twice.",
};
const INTERNAL: Problem = {
  code: "internal_error",
  detail:
    "Internal error. Quote the trace_id when you report it. You can retry with the same Idempotency-Key.",
};

/**
 * Loads, decides and commits one group of submissions with distinct keys. After a failure whose outcome is unknown it
 * reads back by key before it decides anything again; the sequence fences a write that still is under way. A group
 * that the database refuses for good is taken apart, so that one poisonous command fails alone.
 */
export async function settleGroup(
  context: GroupContext,
  group: readonly Submission[],
  proposed = new Set<string>(),
): Promise<readonly Settled[]> {
  let maybeWritten = false;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (attempt > 1) await scheduler.wait(BACKOFF_MS * attempt);
    const tried = await tryGroup(context, group, proposed);
    if (tried.ok) return [tried.value];
    const failure = classify(tried.error);
    context.log({
      message: "group failed",
      attempt,
      failure,
      error: causeOf(tried.error),
      commands: group.length,
    });
    if (failure === "overloaded") break;
    if (failure === "refused") {
      if (group.length > 1) return settleHalves(context, group, proposed);
      return [allRejected(group, maybeWritten ? UNAVAILABLE : INTERNAL)];
    }
    maybeWritten ||= failure === "unknown";
  }
  return [allRejected(group, UNAVAILABLE)];
}

/** A poisonous command stands alone after a few halvings; a group that is too big for one batch becomes two. */
async function settleHalves(
  context: GroupContext,
  group: readonly Submission[],
  proposed: Set<string>,
): Promise<readonly Settled[]> {
  const middle = Math.ceil(group.length / 2);
  const first = await settleGroup(context, group.slice(0, middle), proposed);
  const rest = group.slice(middle);
  // When D1 has gone away meanwhile, waiting for it once more for each half would have no bound.
  if (first.some(isUnavailable)) return [...first, allRejected(rest, UNAVAILABLE)];
  return [...first, ...(await settleGroup(context, rest, proposed))];
}

const isUnavailable = ({ verdicts }: Settled): boolean =>
  [...verdicts.values()].some((verdict) => verdict.kind === "rejected" && verdict.problem === UNAVAILABLE);

type Tried = { readonly ok: true; readonly value: Settled } | { readonly ok: false; readonly error: unknown };

async function tryGroup(
  context: GroupContext,
  group: readonly Submission[],
  proposed: Set<string>,
): Promise<Tried> {
  const keys = group.map(({ key }) => key);
  const start = Date.now();
  try {
    const session = context.open();
    const needs = noNeeds();
    for (const { command } of group) addNeeds(needs, command);
    const loaded = await withDeadline(load(session.db, context.tenant, keys, needs));
    const loadedAt = Date.now();
    const plan = planGroup(context, loaded, group, proposed, loadedAt);
    if (plan.writes.events.length > 0) await withDeadline(commit(session.db, context.tenant, plan.writes));
    const timings = { load: loadedAt - start, commit: Date.now() - loadedAt };
    return { ok: true, value: { ...plan, bookmark: session.bookmark(), timings } };
  } catch (error) {
    return { ok: false, error };
  }
}

interface Plan {
  readonly writes: Writes;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly used: readonly UsedKey[];
  readonly history: Settled["history"];
}

/** Decides the group's commands one after another; each sees what the one before did. */
function planGroup(
  context: GroupContext,
  loaded: Loaded,
  group: readonly Submission[],
  proposed: Set<string>,
  clock: number,
): Plan {
  const seen = new Map(loaded.seen.map((event) => [event.idempotency_key, event]));
  const writes = noWrites();
  const verdicts = new Map<string, Verdict>();
  const used: UsedKey[] = loaded.seen.map(usedKey);
  // The clock of another machine may lag: a tenant's events never go back in time.
  const now = Math.max(clock, loaded.head.created_at);
  let head = loaded.head.sequence;
  let history: Plan["history"] = null;
  for (const submission of group) {
    const before = seen.get(submission.key);
    if (before) {
      const landed = proposed.has(before.event_id);
      // An earlier attempt whose answer was lost: whether it makes history is not read back, so say that it may.
      if (landed) history = { upto: before.sequence, traceparent: submission.traceparent };
      verdicts.set(submission.key, replay(usedKey(before), submission.fingerprint, !landed));
      continue;
    }
    const stamp = newStamp(now, head + 1);
    const decided = decideSafely(context, loaded, writes, submission, stamp);
    if (!decided.ok) {
      verdicts.set(submission.key, { kind: "rejected", problem: decided.error });
      continue;
    }
    const { event, apply } = decided.value;
    const { key, fingerprint } = submission;
    apply();
    head = stamp.sequence;
    proposed.add(stamp.event_id);
    writes.events.push(event);
    if (isWanted(event)) history = { upto: event.sequence, traceparent: submission.traceparent };
    const answer = answerOf(event);
    used.push({ key, fingerprint, answer });
    verdicts.set(key, { kind: "accepted", answer, replayed: false, bookmark: null });
  }
  return { writes, verdicts, used, history };
}

const answerOf = (event: Omit<SeenEvent, "idempotency_key" | "fingerprint">): Answer => ({
  event_id: event.event_id,
  sequence: event.sequence,
  category: event.category,
  step: event.step,
  id: event.record_id,
  body: event.answer,
});

const usedKey = (event: SeenEvent): UsedKey => ({
  key: event.idempotency_key,
  fingerprint: event.fingerprint,
  answer: answerOf(event),
});

function newStamp(now: number, sequence: number): Stamp {
  const newId = () => eventId(now, sequence, crypto.getRandomValues(new Uint8Array(EVENT_ID_RANDOM_BYTES)));
  return { sequence, event_id: newId(), journal_entry_id: newId(), now };
}

/** A command that is accepted: its event, and how the group's next command gets to see what it does. */
interface Decision {
  readonly event: Event;
  readonly apply: () => void;
}

/** A bug in deciding one command is that command's failure, not the group's. Nothing is applied yet. */
function decideSafely(
  context: GroupContext,
  loaded: Loaded,
  writes: Writes,
  submission: Submission,
  stamp: Stamp,
): Result<Decision, Problem> {
  try {
    return decideOne(loaded, writes, submission, stamp);
  } catch (error) {
    const { trace_id } = submission;
    context.log({ message: "decide failed", trace_id, error: causeOf(error) });
    return err(INTERNAL);
  }
}

function decideOne(
  { state, ledger }: Loaded,
  writes: Writes,
  submission: Submission,
  stamp: Stamp,
): Result<Decision, Problem> {
  const { key, fingerprint, data, actor, trace_id, command } = submission;
  const request = { idempotency_key: key, fingerprint, data, actor, trace_id };
  if (command.type === "ingest") {
    const decided = decide(state, command, stamp);
    if (!decided.ok) return decided;
    const { effects, facts } = decided.value;
    const event = ingestEvent(command, facts, stamp, request);
    return ok({ event, apply: () => applyEffects(state, writes, effects, stamp) });
  }
  const decided = decideLedger(ledger, command, stamp);
  if (!decided.ok) return decided;
  const event = ledgerEvent(command, decided.value, stamp, request);
  return ok({ event, apply: () => applyPosted(ledger, writes, decided.value) });
}

/** The verdict on a key that is used up: the first answer again, or a mismatch (docs/api.md#idempotency). */
export function replay(used: UsedKey, fingerprint: string, replayed = true): Verdict {
  if (used.fingerprint === fingerprint) {
    return { kind: "accepted", answer: used.answer, replayed, bookmark: null };
  }
  const detail = "This Idempotency-Key was used for a different request. Use a new key for a new event.";
  return { kind: "rejected", problem: { code: "idempotency_mismatch", detail } };
}

function allRejected(group: readonly Submission[], problem: Problem): Settled {
  const verdicts = new Map(group.map(({ key }) => [key, { kind: "rejected", problem } as const]));
  return { verdicts, used: [], history: null, bookmark: null, timings: { load: 0, commit: 0 } };
}
