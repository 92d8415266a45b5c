import { isBooked } from "../domain/bookkeeping/booked.ts";
import { type Booking, bookRecord } from "../domain/bookkeeping/decide.ts";
import { nothingToBook } from "../domain/bookkeeping/refusals.ts";
import { applyBooking, type OpeningCommand, openingEvent, termsAfter } from "../domain/bookkeeping/writes.ts";
import { noWrites, type Writes } from "../domain/command.ts";
import type { Event, Head, RequestOfEvent, SeenEvent, Stamp } from "../domain/core/event.ts";
import { EVENT_ID_RANDOM_BYTES, eventId } from "../domain/core/event-id.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Settings } from "../domain/core/settings.ts";
import { decideLedger } from "../domain/ledger/decide.ts";
import { applyPosted, ledgerEvent } from "../domain/ledger/writes.ts";
import type { TermsRow } from "../domain/position/facts.ts";
import { decideSettings, type SettingsCommand, settingsEvent } from "../domain/settings/settings.ts";
import { decide } from "../domain/tape/decide.ts";
import type { Effect, IngestCommand, RecordState } from "../domain/tape/state.ts";
import { applyEffects, ingestEvent } from "../domain/tape/writes.ts";
import { isWanted } from "../fanout/projections.ts";
import type { Loaded } from "../store/load.ts";
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
  /** Commands that are refused; a key that is used up does not count. */
  readonly refusals: number;
}

/** What deciding needs beside the records. */
interface Deciding {
  /** Milliseconds since 1970. */
  readonly clock: number;
  /** Ids of the events that earlier attempts have tried to write. */
  readonly proposed: Set<string>;
  readonly onBug: (submission: Submission, error: unknown) => void;
}

/** Decides the group's commands one after another; each sees what the one before did. */
export function planGroup(loaded: Loaded, group: readonly Submission[], deciding: Deciding): Plan {
  const { proposed, onBug } = deciding;
  const seen = new Map(loaded.seen.map((event) => [event.idempotency_key, event]));
  const writes = noWrites();
  const verdicts = new Map<string, Verdict>();
  const used = [...loaded.seen];
  // The clock of another machine may lag: a tenant's events never go back in time.
  const now = Math.max(deciding.clock, loaded.head.created_at);
  let { head } = loaded;
  let news: News = null;
  let refusals = 0;
  for (const submission of group) {
    const before = seen.get(submission.key);
    if (before) {
      const landed = proposed.has(before.event_id);
      // An earlier attempt whose answer was lost: whether a projection waits for it is not read back, so say that it may.
      if (landed) news = newsWith(news, before, submission, true);
      verdicts.set(submission.key, replay(before, submission.fingerprint, !landed));
      continue;
    }
    const stamp = newStamp(now, head.sequence + 1, loaded.settings.now);
    const decided = decideSafely({ loaded, writes, stamp }, submission, onBug);
    if (!decided.ok) {
      refusals += 1;
      verdicts.set(submission.key, { kind: "rejected", problem: decided.error });
      continue;
    }
    const { event, apply } = decided.value;
    apply();
    head = event;
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

function newStamp(now: number, sequence: number, settings: Settings): Stamp {
  const random = crypto.getRandomValues(new Uint8Array(2 * EVENT_ID_RANDOM_BYTES));
  const event_id = eventId(now, sequence, random.subarray(0, EVENT_ID_RANDOM_BYTES));
  const journal_entry_id = eventId(now, sequence, random.subarray(EVENT_ID_RANDOM_BYTES));
  return { sequence, event_id, journal_entry_id, now, settings };
}

/** A command that is accepted: its event, and how the group's next command gets to see what it does. */
interface Decision {
  readonly event: Event;
  readonly apply: () => void;
}

/** What a command is decided on, and what its group writes. */
interface Ground {
  readonly loaded: Loaded;
  readonly writes: Writes;
  readonly stamp: Stamp;
}

/** A bug in deciding one command is that command's failure, not the group's. Nothing is applied yet. */
function decideSafely(
  ground: Ground,
  submission: Submission,
  onBug: Deciding["onBug"],
): Result<Decision, Problem> {
  try {
    return decideOne(ground, submission);
  } catch (error) {
    onBug(submission, error);
    return err(INTERNAL);
  }
}

function decideOne(ground: Ground, submission: Submission): Result<Decision, Problem> {
  const { loaded, writes, stamp } = ground;
  const { key, fingerprint, data, actor, trace_id, command } = submission;
  const request = { idempotency_key: key, fingerprint, data, actor, trace_id };
  if (command.type === "ingest") return decideIngest(ground, command, request);
  if (command.type === "opening") return decideOpening(ground, command, request);
  if (command.type === "settings") return decideSetting(ground, command, request);
  const { ledger } = loaded;
  const decided = decideLedger(ledger, command, stamp);
  if (!decided.ok) return decided;
  const event = ledgerEvent(command, decided.value, stamp, request);
  return ok({ event, apply: () => applyPosted(ledger, writes, decided.value, stamp) });
}

/** The settings after a change of them. The group's next command is decided on them. */
function decideSetting(
  { loaded: { settings, books }, writes, stamp }: Ground,
  { change }: SettingsCommand,
  request: RequestOfEvent,
): Result<Decision, Problem> {
  const decided = decideSettings(settings.now, change, books.version > 0);
  if (!decided.ok) return decided;
  const event = settingsEvent(decided.value, stamp, request);
  const apply = () => {
    settings.now = decided.value;
    writes.settings.push({ sequence: stamp.sequence, ...decided.value });
  };
  return ok({ event, apply });
}

/** An event of a record, and what it posts where the tenant's books come from its records. */
function decideIngest(
  { loaded: { state, ledger, books }, writes, stamp }: Ground,
  command: IngestCommand,
  request: RequestOfEvent,
): Result<Decision, Problem> {
  const decided = decide(state, command, stamp);
  if (!decided.ok) return decided;
  const { effects, facts } = decided.value;
  const { category, step, id } = command;
  const previous_sequence = state[category].get(id)?.updated_seq ?? null;
  if (books.mode === "off" || !isBooked(category)) {
    const event = ingestEvent(command, { ...decided.value, previous_sequence }, stamp, request);
    return ok({ event, apply: () => applyEffects(state, writes, effects, stamp) });
  }
  const terms = termsAfter(books.terms.get(id) ?? [], termsOf(effects, stamp), step === "create");
  const after = { ...state, [category]: new Map<string, unknown>(state[category]) } as RecordState;
  for (const effect of effects) {
    if (effect.type === "put") (after[effect.category] as Map<string, unknown>).set(id, effect.stored);
  }
  const booked = bookRecord({ books, ledger, state: after }, { category, id, terms }, stamp, request.actor);
  if (!booked.ok) return booked;
  const booking = booked.value;
  const posted = idsOf(booking);
  const event = ingestEvent(
    command,
    {
      ...decided.value,
      facts: posted.length > 0 ? { ...facts, journal_entry_ids: posted } : facts,
      previous_sequence,
    },
    stamp,
    request,
  );
  const apply = () => {
    applyEffects(state, writes, effects, stamp);
    if (category === "disbursement") books.terms.set(id, terms);
    if (booking) applyBooking(books, ledger, writes, booking);
  };
  return ok({ event, apply });
}

const idsOf = (booking: Booking | null): readonly string[] =>
  booking?.entries.map(({ journal_entry_id }) => journal_entry_id) ?? [];

/** The terms that an event writes. */
const termsOf = (effects: readonly Effect[], { sequence }: Stamp): readonly TermsRow[] =>
  effects.flatMap((effect) => {
    if (effect.type !== "terms") return [];
    const { type: _, disbursement_id: __, ...terms } = effect;
    return [{ ...terms, sequence }];
  });

/** Books a record that is not booked, or booked otherwise, as it is now. */
function decideOpening(
  { loaded: { state, ledger, books }, writes, stamp }: Ground,
  command: OpeningCommand,
  request: RequestOfEvent,
): Result<Decision, Problem> {
  const { category, id } = command;
  if (books.mode === "off") return err(nothingToBook(category, id));
  const terms = books.terms.get(id) ?? [];
  const booked = bookRecord({ books, ledger, state }, { category, id, terms }, stamp, request.actor);
  if (!booked.ok) return booked;
  const booking = booked.value;
  if (!booking || booking.entries.length === 0) return err(nothingToBook(category, id));
  const event = openingEvent(command, booking, stamp, request);
  return ok({ event, apply: () => applyBooking(books, ledger, writes, booking) });
}
