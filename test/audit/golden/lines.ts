import type { AccountCode } from "../../../src/domain/ledger/accounts.ts";
import type { Entry, EntryType } from "../../../src/domain/ledger/journal.ts";
import { keyHash } from "../../../src/domain/log/hash.ts";
import { type LogLine, lineOfLog } from "../../../src/domain/log/line.ts";
import log from "./log.json" with { type: "json" };

type GoldenEvent = (typeof log.events)[number];

function entryOf({
  postings,
  event_type,
  reverses_entry_id,
  ...entry
}: GoldenEvent["entries"][number]): Entry {
  return {
    ...entry,
    sequence: 0,
    position: 0,
    event_type: event_type as EntryType,
    layer: "SETTLED",
    posted_at: 0,
    correlation_id: "",
    reverses: reverses_entry_id ? { sequence: 0, position: 0, journal_entry_id: reverses_entry_id } : null,
    settles_entry_id: null,
    external_ref: null,
    description: null,
    actor: null,
    postings: postings.map(([debit, credit, amount, loan_id, borrower_id]) => ({
      debit: debit as AccountCode,
      credit: credit as AccountCode,
      amount_minor: BigInt(amount ?? ""),
      loan: loan_id && borrower_id ? { loan_id, borrower_id } : null,
    })),
  };
}

/** What follows from the golden events, and is not in their file. */
const PREVIOUS: Readonly<Record<number, number>> = { 7: 6, 12: 1 };
const WITH_HISTORY = [4, 5];

/** The golden log as the service exports it; the hashes of its texts are the service's own. */
export const goldenLines = (): LogLine[] =>
  log.events.map((event) =>
    lineOfLog(
      log.tenant,
      {
        ...event,
        record_id: event.id,
        previous_sequence: PREVIOUS[event.sequence] ?? null,
        key_hash: keyHash(log.tenant, event.key),
        private_hash: event.private_hash ?? null,
        person: event.person ?? null,
        makes_history: WITH_HISTORY.includes(event.sequence),
        actor: event.actor ?? null,
      },
      event.entries.map(entryOf),
    ),
  );
