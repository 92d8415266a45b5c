import type { Event } from "../core/event.ts";
import type { Entry } from "../ledger/journal.ts";
import { dataHash, type HashedEntry, hashedEntry, hashOfEntries } from "./canonical.ts";

/** A journal entry of an exported event: as the hash covers it, and the disbursement that a settlement settles. */
interface LoggedEntry extends HashedEntry {
  readonly settles_entry_id?: string | undefined;
}

/**
 * An event as an export of the log has it: all that its hash covers, and what a reader computes again from that
 * (docs/audit.md#the-export). What an event has not is left out where the hash leaves it out.
 */
export interface LogLine
  extends Pick<
    Event,
    | "sequence"
    | "event_id"
    | "category"
    | "step"
    | "key_hash"
    | "created_at"
    | "hash"
    | "data"
    | "private"
    | "salt"
    | "previous_sequence"
    | "makes_history"
  > {
  readonly tenant_id: string;
  readonly id: string;
  readonly data_hash: string;
  readonly private_hash?: string | undefined;
  readonly person?: string | undefined;
  readonly actor?: string | undefined;
  readonly journal_entries_hash?: string | undefined;
  readonly entries: readonly LoggedEntry[];
}

/** An event of the log as it is exported: what the service keeps beside the chain. */
export type LoggedEvent = Omit<Event, "fingerprint" | "answer" | "trace_id">;

/** The line of an event with the entries that the journal holds for it. */
export function lineOfLog(tenant_id: string, event: LoggedEvent, entries: readonly Entry[]): LogLine {
  const logged = entries.map(
    (entry): LoggedEntry => ({
      ...hashedEntry(entry),
      settles_entry_id: entry.settles_entry_id ?? undefined,
    }),
  );
  const { record_id, private_hash, person, actor, hash, data, salt, ...rest } = event;
  const { previous_sequence, makes_history, private: own, ...hashed } = rest;
  return {
    tenant_id,
    ...hashed,
    id: record_id,
    data_hash: dataHash(data),
    private_hash: private_hash ?? undefined,
    person: person ?? undefined,
    actor: actor ?? undefined,
    journal_entries_hash: hashOfEntries(logged) ?? undefined,
    hash,
    data,
    private: own,
    salt,
    previous_sequence,
    makes_history,
    entries: logged,
  };
}
