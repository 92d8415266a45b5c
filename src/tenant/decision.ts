import { isBooked } from "../domain/bookkeeping/booked.ts";
import { type Booking, bookRecord } from "../domain/bookkeeping/decide.ts";
import { nothingToBook } from "../domain/bookkeeping/refusals.ts";
import { decideSwitch, type SwitchCommand, switchedEvent } from "../domain/bookkeeping/switch.ts";
import { applyBooking, type OpeningCommand, openingEvent, termsAfter } from "../domain/bookkeeping/writes.ts";
import { type CloseCommand, closingEvent, decideClosing } from "../domain/closing/closing.ts";
import type { RequestOfEvent, Stamp } from "../domain/core/event.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { decideErase, type EraseCommand } from "../domain/erasure/erasure.ts";
import { decideLedger } from "../domain/ledger/decide.ts";
import { applyPosted, ledgerEvent } from "../domain/ledger/writes.ts";
import { keyHash } from "../domain/log/hash.ts";
import { restoredEvent } from "../domain/log/restored.ts";
import type { TermsRow } from "../domain/position/facts.ts";
import { decide } from "../domain/tape/decide.ts";
import type { Effect, IngestCommand, RecordState } from "../domain/tape/state.ts";
import { applyEffects, ingestEvent } from "../domain/tape/writes.ts";
import { type Decision, decideFacilityChange, decideNaming, decideSetting, type Ground } from "./choices.ts";
import type { Submission } from "./submission.ts";

/**
 * Decides one command on what the group before it has left. Nothing is applied yet. Null where all is as the command asks
 * for.
 */
export function decideOne(ground: Ground, submission: Submission): Result<Decision | null, Problem> {
  const { loaded, writes, stamp } = ground;
  const { key, fingerprint, data, actor, trace_id, command } = submission;
  const request = { key_hash: key, fingerprint, data, actor, trace_id };
  if (command.type === "restored") {
    const draft = restoredEvent(stamp, ownKey(ground, submission, "restored", request));
    return ok({ draft, entries: [], apply: () => {} });
  }
  if (command.type === "switch") {
    return decideSwitching(ground, command, ownKey(ground, submission, "switched", request));
  }
  if (command.type === "close") return decideClose(ground, command, request);
  if (command.type === "erase") {
    return decideErasure(ground, command, ownKey(ground, submission, "erase", request));
  }
  if (command.type === "ingest") return decideIngest(ground, command, request);
  if (command.type === "opening") return decideOpening(ground, command, request);
  if (command.type === "settings") return decideSetting(ground, command, request);
  if (command.type === "account_named") return decideNaming(ground, command, request);
  if (command.type === "facility") return decideFacilityChange(ground, command, request);
  const { ledger } = loaded;
  const decided = decideLedger(ledger, command, stamp);
  if (!decided.ok) return decided;
  const { entries } = decided.value;
  const draft = ledgerEvent(ledger, command, decided.value, { stamp, request });
  return ok({ draft, entries, apply: () => applyPosted(ledger, writes, decided.value, stamp) });
}

/** The request of a submission without a key, with that of its event. No client can send a key that begins with `~`. */
function ownKey(
  { tenant, stamp }: Ground,
  { isKeyless }: Submission,
  step: string,
  request: RequestOfEvent,
): RequestOfEvent {
  return isKeyless ? { ...request, key_hash: keyHash(tenant, `~${step}:${stamp.sequence}`) } : request;
}

/** A switch of bookkeeping. It goes alone, so no command of its group is decided on the mode before. */
function decideSwitching(
  { loaded: { books, ledger }, writes, stamp }: Ground,
  command: SwitchCommand,
  request: RequestOfEvent,
): Result<Decision | null, Problem> {
  const decided = decideSwitch(books, ledger, command, stamp);
  if (!decided.ok || decided.value === null) return decided.ok ? ok(null) : decided;
  const switched = decided.value;
  const apply = () => {
    writes.switched = switched;
  };
  return ok({ draft: switchedEvent(stamp, request), entries: [], apply });
}

/** A closing. It goes alone, so no command of its group is decided on the closing before, or posts beside its trial balance. */
function decideClose(
  { loaded: { closed_through, closing }, writes, stamp }: Ground,
  command: CloseCommand,
  request: RequestOfEvent,
): Result<Decision | null, Problem> {
  const decided = decideClosing(closed_through, closing, command, {
    ...stamp,
    actor: request.actor,
  });
  if (!decided.ok || decided.value === null) return decided.ok ? ok(null) : decided;
  const closed = decided.value;
  const apply = () => {
    writes.closing = closed;
  };
  const before = { previous: closed_through, warnings: command.warnings };
  return ok({ draft: closingEvent(before, closed, stamp, request), entries: [], apply });
}

/** The erasure of a person: the client's own record is blank in the commit of the event, the rest follows in pages. */
function decideErasure(
  { loaded: { state, erasures }, writes, stamp }: Ground,
  command: EraseCommand,
  request: RequestOfEvent,
): Result<Decision, Problem> {
  const decided = decideErase(state, erasures, command, { stamp, request });
  if (!decided.ok) return decided;
  const { draft, erasure, client } = decided.value;
  const effects: readonly Effect[] = client
    ? [{ type: "put", category: "client", id: command.id, stored: client }]
    : [];
  const apply = () => {
    applyEffects(state, writes, effects, stamp);
    writes.erasures.push(erasure);
  };
  return ok({ draft, entries: [], apply });
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
    const draft = ingestEvent(command, { ...decided.value, previous_sequence }, stamp, request);
    return ok({ draft, entries: [], apply: () => applyEffects(state, writes, effects, stamp) });
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
  const draft = ingestEvent(
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
  return ok({ draft, entries: booking?.entries ?? [], apply });
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
  const draft = openingEvent(command, booking, stamp, request);
  return ok({ draft, entries: booking.entries, apply: () => applyBooking(books, ledger, writes, booking) });
}
