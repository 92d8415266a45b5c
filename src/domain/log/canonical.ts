import type { Event } from "../core/event.ts";
import { type Entry, journalLines } from "../ledger/journal.ts";
import { sha256 } from "./hash.ts";

/*
 * What the chain hashes (docs/audit.md). Texts, integers below 2^53 and arrays of them, in objects whose members are written
 * here in the order of their names: then `JSON.stringify` gives the form of RFC 8785.
 */

/** The members of an event that its hash covers; what is absent is null. */
interface Hashed
  extends Pick<
    Event,
    | "sequence"
    | "event_id"
    | "category"
    | "step"
    | "record_id"
    | "private_hash"
    | "person"
    | "key_hash"
    | "actor"
    | "created_at"
  > {
  readonly tenant_id: string;
  readonly data_hash: string;
  readonly journal_entries_hash: string | null;
}

/** The hash of an event that follows one with the hash `previous`. */
export const eventHash = (previous: string, event: Hashed): string => sha256(canonicalEvent(event), previous);

function canonicalEvent(event: Hashed): string {
  return JSON.stringify({
    actor: event.actor ?? undefined,
    category: event.category,
    created_at: event.created_at,
    data_hash: event.data_hash,
    event_id: event.event_id,
    id: event.record_id,
    journal_entries_hash: event.journal_entries_hash ?? undefined,
    key_hash: event.key_hash,
    person: event.person ?? undefined,
    private_hash: event.private_hash ?? undefined,
    sequence: event.sequence,
    step: event.step,
    tenant_id: event.tenant_id,
  });
}

export const dataHash = (data: string): string => sha256(data);

/** The salt keeps the values of an erased text from being guessed. */
export const privateHash = (salt: string, text: string): string => sha256(text, salt);

/** A line of a hashed entry: a debit or a credit of one account. The bank account is on lines of 1000 only. */
type HashedLine = readonly [
  sequence: number,
  account_code: string,
  direction: string,
  amount_minor: string,
  loan_id: string | null,
  borrower_id: string | null,
  bank_account_ref: string | null,
];

/** An entry as the hash covers it. */
export interface HashedEntry
  extends Readonly<
    Record<"currency" | "effective_at" | "event_type" | "journal_entry_id" | "layer" | "value_date", string>
  > {
  readonly lines: readonly HashedLine[];
  readonly reverses_entry_id?: string | undefined;
}

/** The hash of an event's journal entries in their order; null where it has none. */
export const entriesHash = (entries: readonly Entry[]): string | null =>
  hashOfEntries(entries.map(hashedEntry));

/** The same of entries that are given as the hash covers them. */
export const hashOfEntries = (entries: readonly HashedEntry[]): string | null =>
  entries.length === 0 ? null : sha256(JSON.stringify(entries.map(inOrder)));

const inOrder = (entry: HashedEntry): HashedEntry => ({
  currency: entry.currency,
  effective_at: entry.effective_at,
  event_type: entry.event_type,
  journal_entry_id: entry.journal_entry_id,
  layer: entry.layer,
  lines: entry.lines,
  reverses_entry_id: entry.reverses_entry_id,
  value_date: entry.value_date,
});

/** An entry as the hash covers it. */
export const hashedEntry = (entry: Entry): HashedEntry => ({
  currency: entry.currency,
  effective_at: entry.effective_at,
  event_type: entry.event_type,
  journal_entry_id: entry.journal_entry_id,
  layer: entry.layer,
  lines: journalLines(entry.postings).map(({ sequence, account_code, direction, amount_minor, loan }) => [
    sequence,
    account_code,
    direction,
    amount_minor.toString(),
    loan?.loan_id ?? null,
    loan?.borrower_id ?? null,
    account_code === "1000" ? entry.bank_account_ref : null,
  ]),
  reverses_entry_id: entry.reverses?.journal_entry_id,
  value_date: entry.value_date,
});
