import { type BookedCategory, isBooked } from "../domain/bookkeeping/booked.ts";
import { type Booking, bookRecord } from "../domain/bookkeeping/decide.ts";
import { applyBooking, type OpeningCommand, openingEvent, termsAfter } from "../domain/bookkeeping/writes.ts";
import type { Writes } from "../domain/command.ts";
import type { Event, RequestOfEvent, Stamp } from "../domain/core/event.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { decideLedger } from "../domain/ledger/decide.ts";
import { applyPosted, ledgerEvent } from "../domain/ledger/writes.ts";
import type { TermsRow } from "../domain/position/facts.ts";
import { decideSettings, type SettingsCommand, settingsEvent } from "../domain/settings/settings.ts";
import { decide } from "../domain/tape/decide.ts";
import type { Effect, IngestCommand, RecordState } from "../domain/tape/state.ts";
import { applyEffects, ingestEvent } from "../domain/tape/writes.ts";
import type { Loaded } from "../store/load.ts";
import type { Submission } from "./submission.ts";

/** A command that is accepted: its event, and how the group's next command gets to see what it does. */
export interface Decision {
  readonly event: Event;
  readonly apply: () => void;
}

/** What a command is decided on, and what its group writes. */
export interface Ground {
  readonly loaded: Loaded;
  readonly writes: Writes;
  readonly stamp: Stamp;
}

/** Decides one command; nothing is applied yet. */
export function decideOne(ground: Ground, submission: Submission): Result<Decision, Problem> {
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

const nothingToBook = (category: BookedCategory, id: string): Problem => ({
  code: "not_found",
  detail: `The ${category} ${JSON.stringify(id)} has nothing to book.`,
});
