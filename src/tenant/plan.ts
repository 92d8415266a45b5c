import { noWrites, type Writes } from "../domain/command.ts";
import type { Head, SeenEvent, Stamp } from "../domain/core/event.ts";
import { EVENT_ID_RANDOM_BYTES, eventId } from "../domain/core/event-id.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, type Result } from "../domain/core/result.ts";
import { seal } from "../domain/log/seal.ts";
import { isWanted } from "../fanout/projections.ts";
import type { Loaded } from "../store/load.ts";
import type { Decision, Ground } from "./choices.ts";
import { decideOne } from "./decision.ts";
import { answerOf, replay } from "./replay.ts";
import { INTERNAL, type Submission, type Verdict } from "./submission.ts";

/** How far a group of new events goes, and the trace of the last one. */
interface Stretch {
  readonly upto: number;
  readonly traceparent: string;
}

/** What is new in the log: all of it, and how far of it some projection waits for. Null: nothing is new. */
export type News = { readonly all: Stretch; readonly wanted: Stretch | null } | null;

/** What becomes of a group's commands, before anything is written. */
export interface Plan {
  readonly writes: Writes;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** The events that hold the group's keys once the plan is written. */
  readonly used: readonly SeenEvent[];
  readonly news: News;
  /** The last event of the log once the plan is written. */
  readonly head: Head;
  /** Commands that make no event; a key that is used up does not count. */
  readonly refusals: number;
}

/** What deciding needs beside the records. */
interface Deciding {
  readonly tenant: string;
  /** The sequence of the first event, where it is not the one after the log's last. */
  readonly first?: number;
  /** Milliseconds since 1970. */
  readonly clock: number;
  readonly isErasing: boolean;
  /** Ids of the events that earlier attempts have tried to write. */
  readonly proposed: Set<string>;
  readonly onBug: (submission: Submission, error: unknown) => void;
}

/** Decides the group's commands one after another; each sees what the one before did. */
export function planGroup(loaded: Loaded, group: readonly Submission[], deciding: Deciding): Plan {
  const { tenant, proposed, onBug } = deciding;
  const seen = new Map(loaded.seen.map((event) => [event.key_hash, event]));
  const writes = noWrites();
  const verdicts = new Map<string, Verdict>();
  const used = [...loaded.seen];
  // The clock of another machine may lag: a tenant's events never go back in time.
  const now = Math.max(deciding.clock, loaded.head.created_at);
  let { head } = loaded;
  let next = deciding.first ?? head.sequence + 1;
  let news: News = null;
  let refusals = 0;
  // For the whole group, because a call takes longer than its bytes.
  const random = crypto.getRandomValues(new Uint8Array(group.length * STAMP_BYTES));
  for (const [index, submission] of group.entries()) {
    const before = seen.get(submission.key);
    if (before) {
      const landed = proposed.has(before.event_id);
      // An earlier attempt whose answer was lost: whether a projection waits for it is not read back, so say that it may.
      if (landed) news = newsWith(news, before, submission, true);
      verdicts.set(submission.key, replay(before, submission.fingerprint, !landed));
      continue;
    }
    const bits = random.subarray(index * STAMP_BYTES, (index + 1) * STAMP_BYTES);
    const stamp = newStamp({ now, sequence: next }, bits, loaded, deciding);
    const decided = decideSafely({ tenant, loaded, writes, stamp }, submission, onBug);
    if (!decided.ok) {
      refusals += 1;
      verdicts.set(submission.key, { kind: "rejected", problem: decided.error });
      continue;
    }
    if (decided.value === null) {
      refusals += 1;
      verdicts.set(submission.key, { kind: "unchanged", bookmark: null });
      continue;
    }
    const { draft, entries, apply } = decided.value;
    const salt = bits.subarray(2 * EVENT_ID_RANDOM_BYTES).toHex();
    const event = seal(draft, { tenant, head, entries, salt, settings: stamp.settings });
    apply();
    head = event;
    next += 1;
    proposed.add(event.event_id);
    writes.events.push(event);
    used.push(event);
    news = newsWith(news, event, submission, isWanted(event));
    verdicts.set(submission.key, {
      kind: "accepted",
      answer: answerOf(event),
      replayed: false,
      bookmark: null,
    });
  }
  return { writes, verdicts, used, news, head, refusals };
}

function newsWith(
  before: News,
  { sequence: upto }: Pick<SeenEvent, "sequence">,
  { traceparent }: Submission,
  wanted: boolean,
): News {
  const all = { upto, traceparent };
  return { all, wanted: wanted ? all : (before?.wanted ?? null) };
}

const SALT_BYTES = 16;
/** Random bytes of one event: for its id, for the id of its entry, and its salt. */
const STAMP_BYTES = 2 * EVENT_ID_RANDOM_BYTES + SALT_BYTES;

function newStamp(
  { now, sequence }: Pick<Stamp, "now" | "sequence">,
  bits: Uint8Array,
  { settings, closed_through }: Loaded,
  { isErasing }: Deciding,
): Stamp {
  const idOf = (from: number) => eventId(now, sequence, bits.subarray(from, from + EVENT_ID_RANDOM_BYTES));
  const [event_id, journal_entry_id] = [idOf(0), idOf(EVENT_ID_RANDOM_BYTES)];
  return { sequence, event_id, journal_entry_id, now, settings: settings.now, closed_through, isErasing };
}

/** A bug in deciding one command is that command's failure, not the group's. Nothing is applied yet. */
function decideSafely(
  ground: Ground,
  submission: Submission,
  onBug: Deciding["onBug"],
): Result<Decision | null, Problem> {
  try {
    return decideOne(ground, submission);
  } catch (error) {
    onBug(submission, error);
    return err(INTERNAL);
  }
}
