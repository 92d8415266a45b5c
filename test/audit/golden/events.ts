import type { DraftEvent, Event, Head } from "../../../src/domain/core/event.ts";
import { NO_HEAD } from "../../../src/domain/core/event.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import type { AccountCode } from "../../../src/domain/ledger/accounts.ts";
import type { Entry, EntryType } from "../../../src/domain/ledger/journal.ts";
import { seal } from "../../../src/domain/log/seal.ts";
import { dataOf, factsOf } from "../../../src/domain/log/texts.ts";
import { linesIn } from "../../support/verify-log.ts";
import { GOLDEN_TEXT } from "./lines.ts";
import log from "./log.json" with { type: "json" };

export const GOLDEN_TENANT = log.tenant;

/** The events whose private texts the erasures of the log take. */
export const ERASED = [13, 14, 15];

type GoldenEvent = (typeof log.events)[number];
type GoldenEntry = GoldenEvent["entries"][number];

/** An event that the service has sealed, and what its commit depends on. */
interface SealedEvent {
  readonly event: Event;
  readonly entries: readonly Entry[];
  /** The log's end before it. */
  readonly head: Head;
  /** The idempotency key. */
  readonly key: string;
}

const settings = {
  ...DEFAULT_SETTINGS,
  report_dimensions: { disbursement: ["region"], client: [] },
};

/** The golden events as the service's own code seals them: from what was sent, in the order of the log. */
export function sealedEvents(): readonly SealedEvent[] {
  const lines = linesIn(GOLDEN_TEXT);
  let head: Head = NO_HEAD;
  return log.events.map((golden, index) => {
    const { previous_sequence = null, makes_history = false } = lines[index] ?? {};
    const { id: record_id, person: about = null, actor = null, salt } = golden;
    const { sequence, event_id, category, step, key_hash, created_at } = golden;
    const draft: DraftEvent = {
      ...{ sequence, event_id, category, step, record_id, previous_sequence, key_hash, actor, about },
      ...{ fingerprint: "00".repeat(32), trace_id: "00".repeat(16), answer: null, makes_history, created_at },
      ...{ data: dataOf(golden), facts: factsOf(golden) },
    };
    const entries = golden.entries.map((entry, position) => entryOf(golden, entry, position));
    const event = seal(draft, { tenant: GOLDEN_TENANT, head, entries, salt: salt ?? "", settings });
    const sealed = { event, entries, head, key: golden.key };
    head = event;
    return sealed;
  });
}

function entryOf({ sequence, created_at }: GoldenEvent, golden: GoldenEntry, position: number): Entry {
  const { postings, event_type, reverses_entry_id, ...entry } = golden;
  return {
    ...entry,
    ...{ sequence, position, posted_at: created_at, layer: "SETTLED", event_type: event_type as EntryType },
    ...{ correlation_id: "", external_ref: null, description: null, actor: null },
    // The only entry that is reversed is that of event 6.
    reverses: reverses_entry_id ? { sequence: 6, position: 0, journal_entry_id: reverses_entry_id } : null,
    postings: postings.map(([debit, credit, amount, loan_id, borrower_id]) => ({
      debit: debit as AccountCode,
      credit: credit as AccountCode,
      amount_minor: BigInt(amount ?? ""),
      loan: loan_id && borrower_id ? { loan_id, borrower_id } : null,
    })),
  };
}
