import { dataHash, eventHash, hashOfEntries, privateHash } from "./canonical.ts";
import { derivedFault, type EarlierEvents } from "./derived.ts";
import { LoggedErasures } from "./erasures.ts";
import { type Gap, gapOf } from "./gaps.ts";
import { firstHash } from "./hash.ts";
import type { LogLine } from "./line.ts";
import type { Receipt } from "./receipt.ts";

/** The first sequence that does not fit, and why. */
export interface Fault {
  readonly sequence: number;
  readonly why: string;
}

/** What a log is, once all of it was read. */
export interface Verified {
  readonly tenant: string | null;
  readonly events: number;
  /** The last event; null for an empty log. */
  readonly last: (Receipt & Pick<LogLine, "created_at">) | null;
  readonly fault: Fault | null;
  /** Events whose private text was erased. */
  readonly erased: number;
  readonly erasures: number;
}

/**
 * Reads an exported log event by event, in the order of the file, and compares each with what its own content and the
 * event before it ask for (docs/audit.md#verify). Trusts nothing but the rules: every hash is made again. Its memory grows
 * only with private texts that no erasure explains yet.
 */
export class LogVerifier {
  readonly #earlier: EarlierEvents;
  readonly #onGap: (gap: Gap) => void;
  readonly #erasures = new LoggedErasures();
  #tenant: string | null = null;
  #events = 0;
  #last: Verified["last"] = null;
  #fault: Fault | null = null;

  constructor(earlier: EarlierEvents, onGap: (gap: Gap) => void) {
    this.#earlier = earlier;
    this.#onGap = onGap;
  }

  add(line: LogLine): void {
    this.#tenant ??= line.tenant_id;
    const fault = this.#orderFault(line) ?? this.#contentFault(line);
    this.#fault ??= fault;
    this.#erasures.add(line);
    this.#events += 1;
    // What follows a fault is compared with what the event says of itself, so that one change is one fault.
    const { sequence, hash, created_at } = line;
    this.#last = { sequence, hash, created_at };
  }

  /** A line that is no event ends the log. */
  addUnreadable(why: string): void {
    this.#fault ??= { sequence: this.#lastSequence + 1, why };
  }

  get verified(): Verified {
    const open = this.#erasures.firstOpen;
    const isFirst = open && (this.#fault === null || open.sequence < this.#fault.sequence);
    return {
      tenant: this.#tenant,
      events: this.#events,
      last: this.#last,
      fault: isFirst ? open : this.#fault,
      erased: this.#erasures.events,
      erasures: this.#erasures.count,
    };
  }

  get #lastSequence(): number {
    return this.#last?.sequence ?? 0;
  }

  /** Whether the event comes where it says, after all others, or after those that a restore has left. */
  #orderFault(line: LogLine): Fault | null {
    const { sequence } = line;
    const before = this.#lastSequence;
    if (line.tenant_id !== this.#tenant) return faultOf(line, `it is of another tenant, ${line.tenant_id}`);
    if (sequence <= before) return faultOf(line, `it stands behind the event ${before}`);
    const gap = gapOf(line);
    if (gap) {
      const { restored_to, lost_from, lost_to } = gap;
      const isThere = restored_to === before && lost_from === before + 1 && lost_to === sequence - 1;
      if (!isThere) return faultOf(line, "it names other sequences as lost than the log lacks before it");
      if (sequence > before + 1) this.#onGap(gap);
      return null;
    }
    if (sequence === before + 1) return null;
    const missing =
      before + 1 === sequence - 1 ? "it is missing" : `it and all up to ${sequence - 1} are missing`;
    return {
      sequence: before + 1,
      why: `${missing}, and the next event, ${sequence}, is not that of a restore`,
    };
  }

  #contentFault(line: LogLine): Fault | null {
    const previous = this.#last?.hash ?? firstHash(line.tenant_id);
    const why = hashFault(line, previous) ?? derivedFault(line, this.#earlier);
    return why === null ? null : faultOf(line, why);
  }
}

const faultOf = ({ sequence }: LogLine, why: string): Fault => ({ sequence, why });

/** Which of the event's hashes is not the one that its content, or the hash of the event before it, asks for. */
export function hashFault(line: LogLine, previous: string): string | null {
  if (line.data_hash !== dataHash(line.data)) return "its data_hash is not that of its data";
  const own = privateFault(line);
  if (own !== null) return own;
  if ((line.journal_entries_hash ?? null) !== hashOfEntries(line.entries)) {
    return "its journal_entries_hash is not that of its entries";
  }
  const { private_hash = null, person = null, actor = null, journal_entries_hash = null } = line;
  const event = { ...line, record_id: line.id, private_hash, person, actor, journal_entries_hash };
  if (line.hash === eventHash(previous, event)) return null;
  return "its hash is not that of its content and of the event before it: one of them was changed, or an event removed";
}

/** An erased text is explained by a later event (erasures.ts). */
function privateFault({ private: own, salt, private_hash }: LogLine): string | null {
  if (own === null) return salt === null ? null : "it has a salt and no private text";
  if (private_hash === undefined) return "it has a private text that no hash covers";
  if (salt !== null && private_hash === privateHash(salt, own)) return null;
  return "its private_hash is not that of its salt and its private text";
}
