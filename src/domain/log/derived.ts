import { isCategory } from "../tape/categories.ts";
import { deriveHistory } from "../tape/history.ts";
import type { LogLine } from "./line.ts";
import { dataOf, factsOf } from "./texts.ts";

/** What a reader of the log remembers of the events before. It may hold more than memory does. */
export interface EarlierEvents {
  /** The record's last event so far; null where there is none. */
  readonly lastOf: (category: string, id: string) => number | null;
  /** Notes an event of a record. */
  readonly note: (category: string, id: string, sequence: number) => void;
}

/** Which member of an event that no hash covers is not what the hashed members say; null if each is. */
export function derivedFault(line: LogLine, earlier: EarlierEvents): string | null {
  const { category, step, id, sequence } = line;
  const previous = isCategory(category) ? earlier.lastOf(category, id) : null;
  // The erasure of a client whom a restored log does not know is the event of no record.
  if (isCategory(category) && !(step === "erase" && previous === null)) earlier.note(category, id, sequence);
  if (line.previous_sequence !== previous) {
    return `its previous_sequence is ${line.previous_sequence}, and the record's event before it is ${previous}`;
  }
  try {
    if (line.makes_history !== makesHistory(line)) return "its makes_history is not what its content says";
    const settled = settledEntries(line);
    const isSettled = line.entries.every(
      ({ settles_entry_id }, place) => settles_entry_id === settled[place],
    );
    return isSettled ? null : "the settles_entry_id of its entries is not what its content says";
  } catch {
    return "its data is not as the service writes it";
  }
}

function makesHistory({ sequence, event_id, category, step, id, created_at, ...texts }: LogLine): boolean {
  const facts = factsOf(texts);
  const rows = deriveHistory({ sequence, event_id, category, step, record_id: id, facts, created_at });
  return rows.length > 0;
}

/**
 * The entries that the event's own entries settle, in their order: those that a request names. Records settle an entry of their
 * own directly after it.
 */
function settledEntries({ category, step, data, entries }: LogLine): readonly (string | undefined)[] {
  if (category === "ledger" && step === "disbursements_settled")
    return factsOf({ data, private: null }).settles_entry_ids ?? [];
  if (category !== "ledger" || step !== "disbursement_settled")
    return entries.map(({ event_type }, index) =>
      event_type === "disbursement_settled" ? entries[index - 1]?.journal_entry_id : undefined,
    );
  const { disbursement_entry_id } = JSON.parse(dataOf({ data, private: null }));
  return [String(disbursement_entry_id).toLowerCase()];
}
