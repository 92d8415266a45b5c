import type { DraftEvent, Event, Head } from "../core/event.ts";
import type { Settings } from "../core/settings.ts";
import type { Entry } from "../ledger/journal.ts";
import { dataHash, entriesHash, eventHash, privateHash } from "./canonical.ts";
import { firstHash } from "./hash.ts";
import { marksOf } from "./marks.ts";
import { splitEvent } from "./texts.ts";

/** Where an event is chained, and what else its row depends on. */
interface Link {
  readonly tenant: string;
  /** The log's last event before it. */
  readonly head: Head;
  /** The journal entries that it posts. */
  readonly entries: readonly Entry[];
  /** 16 random bytes as hex. */
  readonly salt: string;
  /** Before the event. */
  readonly settings: Settings;
}

/** The event as the log keeps it: what is about a person apart, and chained to the one before (docs/audit.md). Pure. */
export function seal(draft: DraftEvent, { tenant, head, entries, salt, settings }: Link): Event {
  const { facts, data: sent, about, ...rest } = draft;
  const texts = splitEvent(sent, facts, marksOf(draft, settings));
  const own =
    texts.private === null
      ? { salt: null, private_hash: null, person: null }
      : { salt, private_hash: privateHash(salt, texts.private), person: about };
  // The database keeps UTF-8, which has no half of a surrogate pair. Bodies with one are refused; a token's `sub` may have it.
  const actor = draft.actor?.toWellFormed() ?? null;
  const event = { ...rest, ...texts, ...own, actor };
  const previous = head.sequence === 0 ? firstHash(tenant) : head.hash;
  const hash = eventHash(previous, {
    ...event,
    tenant_id: tenant,
    data_hash: dataHash(texts.data),
    journal_entries_hash: entriesHash(entries),
  });
  return { ...event, hash };
}
